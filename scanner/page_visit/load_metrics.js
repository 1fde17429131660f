// Runs in an isolated world before the page's scripts, which can neither see nor change it.
// `krafter.report()` returns the metrics since the navigation started, in milliseconds.
// `krafter.firstPaint()` returns the First Contentful Paint alone; null before it.
// `krafter.largest()` returns the element of the Largest Contentful Paint so far, and its time; null without one.
// `krafter.awaitsPaint()` returns whether the page has content, or may soon show some, of which nothing has been painted.
// `krafter.sinceLongTask()` returns for how many milliseconds no long task has run.
(() => {
  const SESSION_GAP = 1000;
  const SESSION_LENGTH = 5000;
  const BLOCKING = 50;
  const seen = { fcp: null, lcp: null, shifts: [], tasks: [] };

  const pending = [];
  const observe = (type, use) => {
    const observer = new PerformanceObserver((list) => list.getEntries().forEach(use));
    observer.observe({ type, buffered: true });
    pending.push(() => observer.takeRecords().forEach(use));
  };
  // A busy page may not have delivered its entries yet.
  const flush = () => pending.forEach((take) => take());

  observe("paint", (entry) => {
    if (entry.name === "first-contentful-paint") seen.fcp = entry.startTime;
  });
  observe("largest-contentful-paint", (entry) => {
    seen.lcp = { time: entry.startTime, url: entry.url, element: entry.element };
  });
  observe("layout-shift", (entry) => {
    // hadRecentInput is ignored: there is no user, and the emulated screen counts as an input of the first 500 ms.
    seen.shifts.push({ time: entry.startTime, value: entry.value });
  });
  observe("longtask", (entry) => seen.tasks.push({ start: entry.startTime, end: entry.startTime + entry.duration }));

  // The largest session window of layout shifts: https://web.dev/articles/cls
  const layoutShift = () => {
    let [largest, sum, first, last] = [0, 0, -Infinity, -Infinity];
    for (const { time, value } of seen.shifts) {
      const same = time - last < SESSION_GAP && time - first < SESSION_LENGTH;
      sum = same ? sum + value : value;
      first = same ? first : time;
      last = time;
      largest = Math.max(largest, sum);
    }
    return largest;
  };

  // The part over 50 ms of each long task since the first contentful paint: https://web.dev/articles/tbt
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

  // A shadow root shows neither in innerText nor to querySelector: a page with one is not called blank.
  const CONTENT = "img, svg, video, canvas, input, button, select, textarea, iframe, object";
  const hasShadowRoot = (body) => [...body.querySelectorAll("*")].some((one) => one.shadowRoot);
  const blank = () => {
    const body = document.body;
    return !body || (!body.innerText.trim() && !body.querySelector(CONTENT) && !hasShadowRoot(body));
  };

  // Chromium reports no paint of content that is transparent when it is painted, and faded in by an animation. Content
  // that stays transparent, hidden or outside of the screen is not shown. What a frame paints is not reported either.
  const VISIBLE = { opacityProperty: true, visibilityProperty: true, contentVisibilityAuto: true };
  const isOnScreen = (box) =>
    box.width > 0 && box.height > 0 && box.bottom > 0 && box.right > 0 && box.top < innerHeight && box.left < innerWidth;
  const isVisible = (one) => one.checkVisibility(VISIBLE) && isOnScreen(one.getBoundingClientRect());
  const showsItself = (page) => {
    const texts = page.createTreeWalker(page.body, NodeFilter.SHOW_TEXT);
    for (let text = texts.nextNode(); text; text = texts.nextNode()) {
      if (!text.data.trim() || !text.parentElement.checkVisibility(VISIBLE)) continue;
      const range = page.createRange();
      range.selectNodeContents(text);
      if ([...range.getClientRects()].some(isOnScreen)) return true;
    }
    return [...page.images].some((one) => one.naturalWidth && isVisible(one));
  };
  const shownFrames = (page) => [...page.querySelectorAll("iframe")].filter(isVisible);
  // What a frame of another origin shows is not known; one that could not be loaded is such a frame too.
  const isShown = (page) =>
    Boolean(page.body) &&
    (showsItself(page) || shownFrames(page).some((one) => !one.contentDocument || isShown(one.contentDocument)));
  const isShownByForeignFrame = (page) =>
    Boolean(page.body) &&
    !showsItself(page) &&
    shownFrames(page).some((one) => !one.contentDocument || isShownByForeignFrame(one.contentDocument));

  // A finite animation may reveal the page, as AMP's after 8 seconds where AMP's script is not loaded.
  const isAnimated = () =>
    document.getAnimations().some((one) => one.effect && Number.isFinite(one.effect.getComputedTiming().endTime));

  const framesOf = (page) => [...page.querySelectorAll("frameset frame")];
  const isForeign = (frame) => !frame.contentDocument || framesOf(frame.contentDocument).some(isForeign);

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

  // The task in which the scanner has loaded axe-core is none of the page's, unless it lasted longer.
  const isInjection = (task) => {
    const [start, end] = globalThis.krafterInjection ?? [Infinity, -Infinity];
    return task.start <= start && task.end >= end && task.end - task.start - (end - start) < BLOCKING;
  };

  globalThis.krafter = {
    report: () => {
      flush();
      return {
        origin: performance.timeOrigin, // which distinguishes this document from the next one
        fcp: seen.fcp,
        largest: largest(),
        cls: layoutShift(),
        tbt: blockingTime(),
        blank: blank() || (seen.fcp === null && !isShown(document)),
        frameset: framesOf(document).length > 0,
        foreignFrames: framesOf(document).some(isForeign) || (seen.fcp === null && isShownByForeignFrame(document)),
        elements: document.body ? elements(document.body) : 0,
      };
    },
    firstPaint: () => {
      flush();
      return seen.fcp;
    },
    largest: () => {
      flush();
      return largest();
    },
    awaitsPaint: () => {
      flush();
      return seen.fcp === null && (!blank() || isAnimated());
    },
    sinceLongTask: () => {
      flush();
      const tasks = seen.tasks.filter((task) => !isInjection(task));
      return performance.now() - tasks.reduce((latest, task) => Math.max(latest, task.end), 0);
    },
  };
})();
