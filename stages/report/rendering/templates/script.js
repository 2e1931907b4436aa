"use strict";
(() => {
  // The page is complete without this script. The script sets text with textContent only, so names of the user's table
  // never become markup. Vega's interpreter draws the charts, so text is never evaluated as code.
  const data = JSON.parse(document.getElementById("page-data").textContent);
  const byId = (id) => document.getElementById(id);
  const MINUS = "\u2212";
  const fixed = (value, digits = 3) => value.toFixed(digits).replace("-", MINUS);
  const counted = (value) => value.toLocaleString("en-US", {maximumFractionDigits: 2});

  // ---------------------------------------------------------------- charts
  const rowsOf = (columns) => {
    const names = Object.keys(columns);
    return columns[names[0]].map((_, index) => Object.fromEntries(names.map((name) => [name, columns[name][index]])));
  };
  const filled = (spec, words, lost) => {  // `lost` are the pixels that a phone lacks
    if (Array.isArray(spec)) return spec.map((item) => filled(item, words, lost));
    if (spec === null || typeof spec !== "object") return spec;
    return Object.fromEntries(Object.entries(spec).map(([key, value]) => {
      if (key === "width" && typeof value === "number") return [key, value - lost];
      const word = key === "title" && typeof value === "string" && words[value.slice(1, -1)];
      return [key, word || filled(value, words, lost)];
    }));
  };
  const live = new Map();  // by chart: the number of its last drawing, and its view after that
  const draw = async (key) => {
    const chart = data.charts[key];
    const picture = byId(key).querySelector("svg");
    if (picture.clientWidth) chart.lost ??= Math.max(0, picture.getAttribute("width") - picture.clientWidth);
    const spec = filled(data.specs[chart.spec], chart.words, chart.lost ?? 0);
    spec.datasets = {...spec.datasets, values: rowsOf(chart.columns)};
    if (spec.params) {
      spec.params = spec.params.map((param) => ({...param, value: chart.signals[param.name] ?? param.value}));
    }
    const turn = (live.get(key)?.turn ?? 0) + 1;
    live.get(key)?.view?.finalize();
    live.set(key, {turn, view: null});
    const container = document.createElement("div");
    container.setAttribute("aria-hidden", "true");  // the figure around it has a description
    const options = {
      ast: true, actions: false, renderer: "svg", defaultStyle: false, tooltip: {disableDefaultStyle: true},
    };
    const {view} = await window.vegaEmbed(container, spec, options);
    if (live.get(key).turn !== turn) return view.finalize();  // a newer drawing has started
    live.set(key, {turn, view});
    signal(key, {});  // what has changed during the drawing
    const figure = byId(key);
    figure.querySelector(".drawing").replaceChildren(container);
    figure.dataset.live = String(turn);
  };
  const signal = (key, values) => {
    Object.assign(data.charts[key].signals, values);
    const view = live.get(key)?.view;
    for (const [name, value] of Object.entries(data.charts[key].signals)) view?.signal(name, value);
    view?.runAsync();
  };
  const change = (key, changes) => {
    if (!byId(key)) return;
    Object.assign(data.charts[key], changes);
    draw(key);
  };
  const legend = (list, names) => list.replaceChildren(...names.map((name, index) => {
    const item = document.createElement("li"), label = document.createElement("span");
    const swatch = byId("swatch").content.firstElementChild.cloneNode(true);
    swatch.classList.add(`s${index}`);
    label.textContent = name;
    item.append(swatch, label);
    return item;
  }));
  const watcher = new IntersectionObserver((entries) => {
    for (const entry of entries.filter((entry) => entry.isIntersecting)) {
      watcher.unobserve(entry.target);
      if (!live.has(entry.target.id)) draw(entry.target.id);
    }
  }, {rootMargin: "100px"});

  // ---------------------------------------------------------------- operating point
  const per1000 = (share) => String(Number((1000 * share).toPrecision(3)));
  const steps = [-1, 0, 1, 2, 3].flatMap((power) => (
    [1, 1.2, 1.5, 2, 2.5, 3, 4, 5, 6, 8].map((digit) => Number((digit * 10 ** power).toPrecision(2)))
  ));
  const hundredths = Array.from({length: 100}, (_, index) => (index + 1) / 100);
  const rate = ({threshold, tp, fp}, prevalence) => {
    const recall = tp / data.positives, found = prevalence * recall;
    const wrong = (1 - prevalence) * fp / data.negatives, alarms = found + wrong;
    const shares = {tp: found, fn: prevalence - found, fp: wrong, tn: 1 - prevalence - wrong};
    return {
      threshold, recall, alarms, shares, precision: alarms ? found / alarms : 0,
      counts: {tp, fp, fn: data.positives - tp, tn: data.negatives - fp},
    };
  };
  const listPoints = ({threshold, tuned, tp, fp}, prevalence) => {
    const points = tp.map((hits, index) => ({threshold: index / 100, tp: hits, fp: fp[index]}));
    return [...points.filter((point) => point.threshold !== threshold), {threshold, ...tuned}]
      .sort((a, b) => a.threshold - b.threshold).map((point) => rate(point, prevalence));
  };
  // The rules of evaluate: a higher key is better, a later key decides between ties, of equals the last is taken.
  const rules = {
    threshold: (value) => (point) => [-Math.abs(point.threshold - value)],
    recall: (value) => (point) => [Math.min(point.recall, value), point.precision, point.recall],
    precision: (value) => (point) => [Math.min(point.precision, value), point.recall],
    alarms: (value) => (point) => [-Math.max(point.alarms, value / 1000), point.alarms],
    ratio: (value) => ({shares}) => [-(value * shares.fn + shares.fp)],
  };
  const choosePoint = (points, quantity, value) => {
    const rule = rules[quantity](value);
    const precedes = (a, b) => {
      const first = a.findIndex((key, index) => key !== b[index]);
      return a[first] < b[first];
    };
    return points.reduce((best, point) => (precedes(rule(point), rule(best)) ? best : point));
  };
  const listStops = (points, quantity) => ({
    threshold: points.map(({threshold}) => threshold), recall: hundredths, precision: hundredths,
    alarms: steps.filter((step) => step <= 1000), ratio: steps,
  })[quantity];
  // the costs of a miss, in false alarms, at which no other point costs less
  const describeCheapest = (points, {shares}) => {
    let low = 0, high = Infinity;
    for (const {shares: {fn, fp}} of points) {
      if (fn > shares.fn) low = Math.max(low, (shares.fp - fp) / (fn - shares.fn));
      else if (fn < shares.fn) high = Math.min(high, (fp - shares.fp) / (shares.fn - fn));
      else if (fp < shares.fp) high = -1;
    }
    const [from, to] = [low, high].map((value) => Number(value.toPrecision(2)));
    if (low > high || high <= 0) return "nothing: another threshold costs less";
    return high === Infinity ? `more than ${from}` : low ? `${from} to ${to} false alarms` : `less than ${to}`;
  };
  const writePolicy = (quantity, value, {recall}) => {
    const bound = Math.max(0.01, Math.floor(100 * recall + 1e-9) / 100);
    const promise = (key, bound) => `${key}: ${bound}${data.promise && bound < 1 ? `, promise: ${data.promise}` : ""}`;
    const [policy, cost] = {
      threshold: [`min_recall, ${promise("recall", bound)}`], recall: [`min_recall, ${promise("recall", value)}`],
      precision: [`min_precision, ${promise("precision", value)}`],
      alarms: [`top_share, share: ${Number((value / 1000).toPrecision(3))}`],
      ratio: ["cost", `  cost: {false_negative: ${value}, false_positive: 1}\n`],
    }[quantity];
    return `evaluate:\n  threshold: {policy: ${policy}}\n${cost ?? ""}`;
  };
  const fillView = (view, points, point, own, ratio) => {  // `own` is the tuned threshold of the candidate
    const {threshold, recall, precision, alarms, shares, counts} = point;
    for (const cell of Object.keys(counts)) {
      view.querySelector(`[data-cell=${cell}] b`).textContent = per1000(shares[cell]);
      view.querySelector(`[data-cell=${cell}] .note span`).textContent = counted(Math.round(counts[cell]));
    }
    const rates = {
      threshold: fixed(threshold) + (threshold === own ? ", tuned" : ""),
      recall: fixed(recall), precision: fixed(precision), alarms: per1000(alarms),
      cost: `${per1000(ratio * shares.fn + shares.fp)} if a miss costs ${ratio}`,
      cheapest: describeCheapest(points, point),
    };
    for (const [name, text] of Object.entries(rates)) view.querySelector(`[data-rate="${name}"]`).textContent = text;
  };
  const misses = (quantity, value, points) => points.some(({precision, alarms}) => (
    quantity === "precision" ? precision < value : quantity === "alarms" && alarms > value / 1000
  ));
  const drawCurves = (shown, prevalence) => {
    const columns = {x: [], y: [], series: [], name: []}, test = data.positives / data.negatives;
    const odds = prevalence / (1 - prevalence) / test;
    shown.forEach(({name}, series) => data.overlays[name].precision.forEach((value, step) => {
      const row = {x: step / 100, y: value * odds / (value * odds + 1 - value), series: String(series), name};
      for (const [column, cell] of Object.entries(row)) columns[column].push(cell);
    }));
    change("operating-point-curve", {columns});
  };
  const describeChoice = (panel, {shown, tuned, chosen}, value) => {
    const {value: quantity, selectedOptions: [{textContent: words}]} = byId("quantity");
    const text = `${Number(value.toFixed(3))}${tuned ? ", tuned" : ""}`, [{recall, precision}] = chosen;
    byId("choice").setAttribute(
      "aria-valuetext", `${words}: ${text}; recall ${fixed(recall)}, precision ${fixed(precision)}`,
    );
    panel.querySelector("output").textContent = text;
    panel.querySelector(".state").textContent = (tuned
      ? `At the tuned threshold${shown[1] ? " of each candidate" : ""}.` : `Chosen by ${words}: ${text}.`)
      + (!tuned && misses(quantity, value, chosen) ? " No threshold here keeps that; the nearest is shown." : "");
  };
  const showOperatingPoint = (panel, state) => {
    const {shown, prevalence, tuned} = state, quantity = byId("quantity").value;
    const every = shown.map((candidate) => listPoints(candidate, prevalence));
    const value = listStops(every[0], quantity)[Number(byId("choice").value)];
    if (quantity === "ratio") state.ratio = value;
    state.chosen = every.map((points, number) => (tuned
      ? points.find(({threshold}) => threshold === shown[number].threshold) : choosePoint(points, quantity, value)));
    panel.querySelectorAll(".view").forEach((view, number) => {
      fillView(view, every[number], state.chosen[number], shown[number].threshold, state.ratio);
    });
    describeChoice(panel, state, value);
    const policy = tuned ? data.policy : writePolicy(quantity, Number(value.toFixed(3)), state.chosen[0]);
    panel.querySelector("#policy code").textContent = policy
      + (prevalence === data.prevalence ? "" : `  deployment_prevalence: ${prevalence}\n`);
    state.chosen.forEach((point, number) => {
      signal("operating-point-curve", {[`x${number}`]: point.recall, [`y${number}`]: point.precision});
    });
  };
  const wireOperatingPoint = () => {
    const panel = byId("operating-point-panel"), {textContent: champion} = panel.querySelector(".view h3");
    const [quantity, slider, field, other] = ["quantity", "choice", "prevalence", "other-candidate"].map(byId);
    const shown = [data.candidates.find(({name}) => name === champion)];
    if (other) shown[1] = data.candidates[Number(other.value)];
    const state = {shown, prevalence: data.prevalence, ratio: data.cost_ratio, tuned: true, chosen: []};
    const show = (changes) => showOperatingPoint(panel, Object.assign(state, changes));
    const pointsOfChampion = () => listPoints(shown[0], state.prevalence);
    const place = (wanted) => {  // the slider goes where it leads to the point that is nearest to the wanted one
      const points = pointsOfChampion(), values = listStops(points, quantity.value);
      const distances = values.map((value) => {
        const {recall, alarms} = choosePoint(points, quantity.value, value);
        return Math.abs(recall - wanted.recall) + Math.abs(alarms - wanted.alarms);
      });
      slider.max = String(values.length - 1);
      slider.value = String(distances.indexOf(Math.min(...distances)));
    };
    const toTuned = () => {
      quantity.value = "threshold";
      const points = pointsOfChampion();
      slider.max = String(points.length - 1);
      slider.value = String(points.findIndex(({threshold}) => threshold === shown[0].threshold));
      show({tuned: true});
    };
    quantity.addEventListener("change", () => {
      place(state.chosen[0]);
      show({tuned: false});
    });
    slider.addEventListener("input", () => show({tuned: false}));
    field.addEventListener("input", () => {
      const typed = Number((Number(field.value) / 100).toPrecision(6));
      const share = field.value === field.defaultValue ? data.prevalence : typed;  // the field shows three digits
      if (!(share > 0 && share < 1)) return;
      show({prevalence: share});
      drawCurves(shown, share);
    });
    other?.addEventListener("change", () => {
      shown[1] = data.candidates[Number(other.value)];
      for (const name of panel.querySelectorAll('[data-name="1"]')) name.textContent = shown[1].name;
      show();
      drawCurves(shown, state.prevalence);
    });
    panel.querySelector(".to-tuned").addEventListener("click", toTuned);
    toTuned();
  };

  // ---------------------------------------------------------------- sampling ratio
  const wireRatios = () => {
    const panel = byId("ratio-panel"), select = byId("ratio-candidate"), slider = byId("ratio-slider");
    const sweep = () => data.sweeps[Number(select.value)];
    const cell = (metric, pair) => {
      const digits = data.digits[metric] ?? 3;
      return pair ? `${fixed(pair[0], digits)} ± ${fixed(pair[1], digits)}` : "not tried";
    };
    const element = (tag, text, attributes = {}) => {
      const created = document.createElement(tag);
      created.textContent = text;
      for (const [name, value] of Object.entries(attributes)) created.setAttribute(name, value);
      return created;
    };
    const row = (...cells) => {
      const created = document.createElement("tr");
      created.append(...cells);
      return created;
    };
    const show = () => {
      const {name, best, ratios, lines, metrics} = sweep(), index = Number(slider.value);
      slider.setAttribute("aria-valuetext", String(ratios[index]));
      panel.querySelector("output").textContent = String(ratios[index]);
      panel.querySelector(".state").textContent = `Best in tuning: sampling_strategy ${best}`;
      panel.querySelector("caption").textContent = `${name} at sampling_strategy ${ratios[index]}.`;
      panel.querySelector("thead").replaceChildren(row(
        element("th", "Metric", {scope: "col"}), ...lines.map((line) => element("th", line, {scope: "col", class: "r"})),
      ));
      panel.querySelector("tbody").replaceChildren(...Object.entries(metrics).map(([metric, rows]) => row(
        element("th", data.labels[metric], {scope: "row"}),
        ...rows.map((line) => element("td", cell(metric, line[index]), {class: "r"})),
      )));
      for (const metric of Object.keys(metrics)) {
        const key = `ratio-${metric}`;
        if (data.charts[key]) signal(key, {ratio: ratios[index]});
      }
    };
    const columnsOf = ({ratios, lines, metrics}, metric) => {
      const columns = {series: [], line: [], ratio: [], mean: [], low: [], high: []};
      metrics[metric].forEach((values, series) => values.forEach((pair, index) => {
        if (!pair) return;
        const cells = {
          series: String(series), line: lines[series], ratio: ratios[index], mean: pair[0], low: pair[0] - pair[1],
          high: pair[0] + pair[1],
        };
        for (const [name, value] of Object.entries(cells)) columns[name].push(value);
      }));
      return columns;
    };
    select.addEventListener("change", () => {
      const {ratios, best, lines, metrics} = sweep();
      legend(byId("ratio-legend"), lines);
      slider.max = String(ratios.length - 1);
      slider.value = String(Math.max(0, ratios.indexOf(best)));
      show();
      for (const metric of Object.keys(metrics)) {
        change(`ratio-${metric}`, {columns: columnsOf(sweep(), metric), signals: {ratio: ratios[Number(slider.value)]}});
      }
    });
    slider.addEventListener("input", show);
  };

  // ---------------------------------------------------------------- curves and scatter
  const wireOverlays = () => {
    const boxes = [...byId("overlay-panel").querySelectorAll("input")];
    const empty = (...names) => Object.fromEntries(names.map((name) => [name, []]));
    const push = (columns, values) => Object.entries(values).forEach(([name, value]) => columns[name].push(value));
    const curves = (selected, part) => {
      const columns = empty("x", "y", "series", "name", "prevalence");
      const prevalence = data.positives / (data.positives + data.negatives);
      selected.forEach(({name, overlay}, series) => overlay[part].forEach((value, index) => {
        push(columns, {x: index / 100, y: value, series: String(series), name, prevalence});
      }));
      return columns;
    };
    const calibration = (selected) => {
      const columns = empty("x", "y", "series", "name");
      selected.forEach(({name, overlay}, series) => overlay.mean_score.forEach((mean, index) => {
        if (mean !== null) push(columns, {x: mean, y: overlay.positive_share[index], series: String(series), name});
      }));
      return columns;
    };
    const update = () => {
      const selected = boxes.filter((box) => box.checked).map((box) => {
        const {name} = data.candidates[Number(box.value)];
        return {name, overlay: data.overlays[name]};
      });
      for (const box of boxes) box.disabled = !box.checked && selected.length >= data.max_shown;
      legend(byId("overlay-legend"), selected.map(({name}) => name));
      const names = selected.map(({name}) => name).join(", ");
      for (const [key, columns] of [
        ["chart-roc", curves(selected, "recall")], ["chart-precision-recall", curves(selected, "precision")],
        ["chart-calibration", calibration(selected)],
      ]) {
        byId(key).querySelector(".drawing").setAttribute("aria-label", `${data.charts[key].title} of ${names}`);
        change(key, {columns});
      }
    };
    boxes.forEach((box) => box.addEventListener("change", update));
  };
  const wireScatter = () => {
    const selects = {x: byId("scatter-x"), y: byId("scatter-y")};
    const update = () => {
      const [x, y] = [selects.x.value, selects.y.value];
      const columns = {...data.charts["chart-candidates"].columns, x: data.metrics[x], y: data.metrics[y]};
      change("chart-candidates", {columns, words: {x: data.metric_labels[x], y: data.metric_labels[y]}});
    };
    Object.values(selects).forEach((select) => select.addEventListener("change", update));
  };

  // ---------------------------------------------------------------- tables that can be sorted
  const wireSorting = (table) => {
    const body = table.tBodies[0];
    const value = (row, column) => {
      const cell = row.cells[column];
      const text = cell.dataset.value ?? cell.textContent.trim().replaceAll(MINUS, "-").replaceAll(",", "");
      const number = Number.parseFloat(text);
      return Number.isNaN(number) ? text : number;
    };
    const compare = (a, b) => (typeof a === typeof b ? (a < b ? -1 : Number(a > b)) : typeof a === "number" ? -1 : 1);
    [...table.tHead.rows[0].cells].forEach((head, column) => {
      const button = document.createElement("button");
      button.type = "button";
      const term = head.querySelector(".term");
      if (term) {  // a link cannot be part of a button, which takes its definition
        button.setAttribute("aria-describedby", term.getAttribute("aria-describedby"));
        term.replaceWith(...term.childNodes);
      }
      button.append(...head.childNodes);
      head.append(button);
      button.addEventListener("click", () => {
        const descending = head.getAttribute("aria-sort") !== "descending";
        for (const other of table.tHead.rows[0].cells) other.removeAttribute("aria-sort");
        head.setAttribute("aria-sort", descending ? "descending" : "ascending");
        const sign = descending ? -1 : 1;
        body.append(...[...body.rows].sort((a, b) => sign * compare(value(a, column), value(b, column))));
      });
    });
  };

  const wireRows = (controls) => {
    const table = controls.nextElementSibling.querySelector("table"), rows = [...table.tBodies[0].rows];
    controls.querySelector(".filter").addEventListener("input", ({target}) => {
      const words = target.value.toLowerCase().split(/\s+/);
      for (const row of rows) {
        const name = `${row.cells[0].textContent} ${row.cells[1].textContent}`.toLowerCase();
        row.hidden = !words.every((word) => name.includes(word));
      }
      controls.querySelector(".state").textContent = `${rows.filter((row) => !row.hidden).length} of ${rows.length} rows`;
    });
    controls.querySelector(".download").addEventListener("click", ({target}) => {
      const quote = (cell) => `"${cell.textContent.trim().replaceAll(MINUS, "-").replaceAll('"', '""')}"`;
      const lines = [...table.rows].filter((row) => !row.hidden).map((row) => [...row.cells].map(quote).join(","));
      const link = document.createElement("a");
      link.href = URL.createObjectURL(new Blob([`\ufeff${lines.join("\r\n")}\r\n`], {type: "text/csv"}));
      link.download = target.dataset.file;
      link.click();
      URL.revokeObjectURL(link.href);
    });
  };

  // ---------------------------------------------------------------- definitions
  const wireTerms = () => {
    const tip = document.createElement("div");
    tip.id = "definition";
    tip.setAttribute("aria-hidden", "true");  // the term is described by the definition in the glossary
    let term = null, hovered = false;
    const hide = () => tip.remove();
    const show = ({target, type}) => {
      if (target === tip) return;
      const found = target.closest("[aria-describedby^=term-]");
      if (!found) {
        if (hovered) hide();  // the pointer does not hide what the focus shows
        return;
      }
      [term, hovered] = [found, type === "mouseover"];
      tip.textContent = byId(term.getAttribute("aria-describedby")).textContent;
      document.body.append(tip);
      place();
    };
    const place = () => {
      const {left, top, bottom} = term.getBoundingClientRect();
      const isBelow = bottom + tip.offsetHeight < window.innerHeight;
      tip.style.left = `${Math.max(0, Math.min(left, document.documentElement.clientWidth - tip.offsetWidth))}px`;
      tip.style.top = `${isBelow ? bottom : top - tip.offsetHeight}px`;
    };
    document.addEventListener("mouseover", show);
    document.addEventListener("focusin", show);
    document.addEventListener("focusout", hide);
    document.addEventListener("scroll", () => tip.isConnected && place(), {passive: true});
    document.addEventListener("keydown", ({key}) => key === "Escape" && hide());
  };

  // ---------------------------------------------------------------- sections
  const wireSections = (details) => {
    const close = () => details.removeAttribute("open");
    details.addEventListener("click", ({target}) => target.closest("a") && close());
    details.addEventListener("keydown", ({key}) => key === "Escape" && close());
  };

  // ---------------------------------------------------------------- commands
  const wireCopy = (button) => button.addEventListener("click", async () => {
    await navigator.clipboard.writeText(button.closest(".command").querySelector("code").textContent);
    button.textContent = "Copied";
  });

  for (const control of document.querySelectorAll(".controls")) control.hidden = false;
  wireOperatingPoint();
  if (data.sweeps) wireRatios();
  wireOverlays();
  wireScatter();
  document.querySelectorAll("table.sortable").forEach(wireSorting);
  wireTerms();
  wireSections(document.querySelector("nav details"));
  const unfold = () => {  // a link to a folded section, or into it, opens it
    const target = location.hash.length > 1 && byId(decodeURIComponent(location.hash.slice(1)));
    const details = target && (target.querySelector(":scope > details") ?? target.closest("section > details"));
    if (!details) return;
    details.open = true;
    history.scrollRestoration = "manual";  // after a reload the browser would scroll back to where the folded page was
    target.scrollIntoView();
  };
  window.addEventListener("hashchange", unfold);
  unfold();
  document.querySelectorAll(".controls.rows").forEach(wireRows);
  document.querySelectorAll("button.copy").forEach(wireCopy);
  Object.keys(data.charts).forEach((key) => watcher.observe(byId(key)));
  document.documentElement.dataset.ready = "true";
})();
