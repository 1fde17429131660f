// Runs in a world of our own before the page's scripts, which can neither see nor change it.
// `krafter.report()` says what was seen since the navigation began; times are milliseconds since then.
// `krafter.calm()` is for how many milliseconds no long task has run.
(() => {
  const NEW_WINDOW_AFTER = 1000;
  const LONGEST_WINDOW = 5000;
  const BLOCKING = 50;
  const seen = { fcp: null, lcp: null, shifts: [], tasks: [] };

  const waiting = [];
  const each = (type, use) => {
    const observer = new PerformanceObserver((list) => list.getEntries().forEach(use));
    observer.observe({ type, buffered: true });
    waiting.push(() => observer.takeRecords().forEach(use));
  };
  // A busy page may not have been told yet of what has happened.
  const catchUp = () => waiting.forEach((take) => take());

  each("paint", (entry) => {
    if (entry.name === "first-contentful-paint") seen.fcp = entry.startTime;
  });
  each("largest-contentful-paint", (entry) => {
    seen.lcp = { time: entry.startTime, url: entry.url, element: entry.element };
  });
  each("layout-shift", (entry) => {
    // hadRecentInput is not asked: nobody touches the page, and the phone's screen counts as an input of the first 500 ms.
    seen.shifts.push({ time: entry.startTime, value: entry.value });
  });
  each("longtask", (entry) => seen.tasks.push({ start: entry.startTime, end: entry.startTime + entry.duration }));

  // The largest sum of shifts that follow each other closely: https://web.dev/articles/cls
  const layoutShift = () => {
    let [largest, sum, first, last] = [0, 0, -Infinity, -Infinity];
    for (const { time, value } of seen.shifts) {
      const same = time - last < NEW_WINDOW_AFTER && time - first < LONGEST_WINDOW;
      sum = same ? sum + value : value;
      first = same ? first : time;
      last = time;
      largest = Math.max(largest, sum);
    }
    return largest;
  };

  // What each long task took over 50 ms since the first paint: https://web.dev/articles/tbt
  const blockingTime = () =>
    seen.tasks
      .map(({ start, end }) => end - Math.max(start, seen.fcp ?? Infinity))
      .filter((length) => length > BLOCKING)
      .reduce((sum, length) => sum + length - BLOCKING, 0);

  const elements = (root) =>
    [...root.querySelectorAll("*")].reduce(
      (sum, one) => sum + 1 + (one.shadowRoot ? elements(one.shadowRoot) : 0),
      0
    );

  // What is in a shadow root shows neither in innerText nor to querySelector: a page with one is not called blank.
  const CONTENT = "img, svg, video, canvas, input, button, select, textarea, iframe, object";
  const shadowed = (body) => [...body.querySelectorAll("*")].some((one) => one.shadowRoot);
  const blank = () => {
    const body = document.body;
    return !body || (!body.innerText.trim() && !body.querySelector(CONTENT) && !shadowed(body));
  };

  const largest = () => {
    if (!seen.lcp) return null;
    const { time, url, element } = seen.lcp;
    return {
      time,
      url,
      tag: element ? element.localName : "",
      loading: element ? element.getAttribute("loading") || "" : "",
      html: element ? element.outerHTML.slice(0, 300) : "",
    };
  };

  globalThis.krafter = {
    report: () => {
      catchUp();
      return {
        fcp: seen.fcp,
        largest: largest(),
        cls: layoutShift(),
        tbt: blockingTime(),
        blank: blank(),
        elements: document.body ? elements(document.body) : 0,
      };
    },
    calm: () => {
      catchUp();
      return performance.now() - seen.tasks.reduce((latest, task) => Math.max(latest, task.end), 0);
    },
  };
})();
