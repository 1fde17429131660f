"""The GraphQL documents sent to Linear. A test validates each against Linear's schema."""

_ISSUE_FIELDS = """
fragment IssueFields on Issue {
  id identifier url title description updatedAt trashed
  state { type }
  team { id }
}
"""
_STATES = "states(first: 250) { nodes { id type position } }"

TEAM = f"query Team($team: String!) {{ team(id: $team) {{ id {_STATES} }} }}"

ISSUES = f"""
query Issues($team: ID!, $since: DateTimeOrDuration!, $after: String) {{
  issues(
    filter: {{ team: {{ id: {{ eq: $team }} }}, updatedAt: {{ gte: $since }} }}
    orderBy: updatedAt, includeArchived: true, first: 100, after: $after
  ) {{
    nodes {{ ...IssueFields }}
    pageInfo {{ hasNextPage endCursor }}
  }}
}}
{_ISSUE_FIELDS}"""

ISSUE = f"query Issue($id: String!) {{ issue(id: $id) {{ ...IssueFields }} }}{_ISSUE_FIELDS}"

WORKFLOW = (
    f"query Workflow($id: String!) {{ issue(id: $id) {{ trashed state {{ type }} team {{ {_STATES} }} }} }}"
)

ATTACHMENTS = """
query Attachments($id: String!, $after: String) {
  issue(id: $id) {
    attachments(first: 50, after: $after) {
      nodes { url createdAt }
      pageInfo { hasNextPage endCursor }
    }
  }
}
"""

CREATE = f"""
mutation Create($input: IssueCreateInput!) {{
  issueCreate(input: $input) {{ success issue {{ ...IssueFields }} }}
}}
{_ISSUE_FIELDS}"""

UPDATE = f"""
mutation Update($id: String!, $input: IssueUpdateInput!) {{
  issueUpdate(id: $id, input: $input) {{ success issue {{ ...IssueFields }} }}
}}
{_ISSUE_FIELDS}"""

COMMENT = "mutation Comment($input: CommentCreateInput!) { commentCreate(input: $input) { success } }"

COMMENT_BY_ID = """
query CommentById($id: ID!) { comments(filter: { id: { eq: $id } }, includeArchived: true, first: 1) { nodes { id } } }
"""
