/** Reports a finding, creates its task, verifies and approves the fix, and exports a report. */

import createClient, { type Middleware } from "openapi-fetch";

import type { paths } from "./api.js";

function variable(name: string): string {
  const value = process.env[name];
  if (value === undefined) throw new Error(`Set the variable ${name}.`);
  return value;
}

const raiseErrors: Middleware = {
  async onResponse({ response }) {
    if (!response.ok) throw new Error(`${response.status} ${await response.text()}`);
  },
};

const client = createClient<paths>({
  baseUrl: variable("KRAFTER_AUDIT_URL"),
  headers: { Authorization: `Bearer ${variable("KRAFTER_AUDIT_API_KEY")}` },
});
client.use(raiseErrors);

const project = { org_id: variable("KRAFTER_AUDIT_ORG"), project_id: variable("KRAFTER_AUDIT_PROJECT") };
const audit = "/api/v1/orgs/{org_id}/projects/{project_id}/audit";

/** Returns the data of a response; `raiseErrors` has thrown where there is none. */
async function data<T>(response: Promise<{ data?: { data: T } }>): Promise<T> {
  const body = (await response).data;
  if (body === undefined) throw new Error("The response has no body.");
  return body.data;
}

async function approvedVerification(taskId: string) {
  const started = await data(
    client.POST(`${audit}/verifications/run`, {
      params: { path: project, header: { "Idempotency-Key": `verify-${taskId}` } },
      body: { task_id: taskId },
    }),
  );
  const verification = { ...project, id: started.id };
  for (;;) {
    const query = { wait: 30, include: ["state"] } satisfies { wait: number; include: "state"[] };
    const current = await data(
      client.GET(`${audit}/verifications/{id}`, { params: { path: verification, query } }),
    );
    if (current.state !== "running") break;
  }
  return data(client.POST(`${audit}/verifications/{id}/approve`, { params: { path: verification } }));
}

async function exportedReport() {
  const queued = await data(
    client.POST(`${audit}/reports/export`, { params: { path: project }, body: { format: "json" } }),
  );
  const path = { ...project, id: queued.id };
  let report = queued;
  while (report.status === "queued" || report.status === "exporting") {
    report = await data(client.GET(`${audit}/reports/{id}`, { params: { path, query: { wait: 30 } } }));
  }
  const file = await client.GET(`${audit}/reports/{id}/download`, { params: { path }, parseAs: "text" });
  return JSON.parse(String(file.data)) as { findings: { id: string; status: string }[] };
}

const finding = await data(
  client.POST(`${audit}/findings`, {
    params: { path: project },
    body: {
      domain: "security",
      title: "X-Content-Type-Options header is missing",
      affected_assets: [{ type: "url", value: variable("SITE_URL") }],
      checks: ["security_header_x_content_type_options"],
    },
  }),
);
const task = await data(
  client.POST(`${audit}/tasks`, {
    params: { path: project },
    body: { finding_id: finding.id, title: "Send the header", priority: "high", status: "ready_verify" },
  }),
);
const approved = await approvedVerification(task.id);
const done = await data(client.GET(`${audit}/tasks/{id}`, { params: { path: { ...project, id: task.id } } }));
const report = await exportedReport();

console.log(
  JSON.stringify({
    finding_id: finding.id,
    task: done.status,
    result: approved.result,
    checks: approved.checks.map((check) => [check.key, check.status]),
    exported: report.findings.map(({ id, status }) => [id, status]),
  }),
);
