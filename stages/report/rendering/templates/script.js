"use strict";
(() => {
  // The page says everything without this script. It fills no text but with textContent, so no name of the user's
  // table can become markup, and its charts are drawn by Vega's interpreter, so no text is ever evaluated as code.
  const data = JSON.parse(document.getElementById("page-data").textContent);
  const byId = (id) => document.getElementById(id);
  const MINUS = "\u2212";
  const fixed = (value, digits = 3) => value.toFixed(digits).replace("-", MINUS);
  const counted = (value) => value.toLocaleString("en-GB", {maximumFractionDigits: 2});
  const percent = (share) => `${Number((100 * share).toPrecision(3))} %`;
  const ratio = (part, whole) => (whole > 0 ? part / whole : 0);

  // ---------------------------------------------------------------- charts
  const rowsOf = (columns) => {
    const names = Object.keys(columns);
    return columns[names[0]].map((_, place) => Object.fromEntries(names.map((name) => [name, columns[name][place]])));
  };
  const filled = (spec, words) => {
    if (Array.isArray(spec)) return spec.map((item) => filled(item, words));
    if (spec === null || typeof spec !== "object") return spec;
    return Object.fromEntries(Object.entries(spec).map(([key, value]) => {
      const word = key === "title" && typeof value === "string" && words[value.slice(1, -1)];
      return [key, word || filled(value, words)];
    }));
  };
  const live = new Map();  // what each chart shows: its newest columns, and the view once it is drawn
  const draw = async (key) => {
    const chart = data.charts[key];
    const spec = filled(data.specs[chart.spec], chart.words);
    spec.datasets = {...spec.datasets, values: rowsOf(chart.columns)};
    if (spec.params) {
      spec.params = spec.params.map((param) => ({...param, value: chart.signals[param.name] ?? param.value}));
    }
    const turn = (live.get(key)?.turn ?? 0) + 1;
    live.set(key, {turn, view: null});
    const room = document.createElement("div");
    room.setAttribute("aria-hidden", "true");  // the figure around it says in words what is drawn
    const options = {
      ast: true, actions: false, renderer: "svg", defaultStyle: false, tooltip: {disableDefaultStyle: true},
    };
    const {view} = await window.vegaEmbed(room, spec, options);
    if (live.get(key).turn !== turn) return view.finalize();  // a newer one is on its way
    live.set(key, {turn, view});
    const figure = byId(key);
    figure.querySelector(".drawing").replaceChildren(room);
    figure.dataset.live = String(turn);
  };
  const change = (key, changes) => {
    if (!byId(key)) return;
    Object.assign(data.charts[key], changes);
    draw(key);
  };
  const legend = (list, names) => list.replaceChildren(...names.map((name, place) => {
    const item = document.createElement("li"), words = document.createElement("span");
    const swatch = byId("swatch").content.firstElementChild.cloneNode(true);
    swatch.classList.add(`s${place}`);
    words.textContent = name;
    item.append(swatch, words);
    return item;
  }));
  const watcher = new IntersectionObserver((entries) => {
    for (const entry of entries.filter((one) => one.isIntersecting)) {
      watcher.unobserve(entry.target);
      if (!live.has(entry.target.id)) draw(entry.target.id);
    }
  }, {rootMargin: "100px"});

  // ---------------------------------------------------------------- what if
  const readCost = (id) => Math.max(0, Number(byId(id).value) || 0);
  const measure = (tp, fp) => {
    const fn = data.positives - tp, tn = data.negatives - fp;
    const cost = readCost("cost-miss") * fn + readCost("cost-alarm") * fp;
    return {tp, fp, fn, tn, cost};
  };
  const side = (key) => {
    const root = byId(`side-${key}`);
    const slider = byId(`${key}-threshold`), select = byId(`${key}-candidate`);
    let tuned = true;  // the exact tuned threshold lies between two steps of the slider
    const candidate = () => data.candidates[Number(select.value)];
    const cheapest = () => {
      const costs = candidate().tp.map((tp, place) => measure(tp, candidate().fp[place]).cost);
      return costs.lastIndexOf(Math.min(...costs));  // of equals the highest: the fewest alarms
    };
    const show = () => {
      const chosen = candidate(), place = Number(slider.value);
      const counts = tuned ? measure(chosen.tuned.tp, chosen.tuned.fp) : measure(chosen.tp[place], chosen.fp[place]);
      const {tp, fp, fn, tn, cost} = counts;
      const threshold = tuned ? fixed(chosen.threshold) : fixed(place / 100, 2);
      root.querySelector(".name").textContent = chosen.name;
      root.querySelector("caption").textContent = `Test rows by what they are and what ${chosen.name} says`;
      const best = cheapest();
      const least = measure(chosen.tp[best], chosen.fp[best]).cost;
      root.querySelector(".state").textContent = tuned
        ? `At the tuned threshold ${threshold}; cheapest on these rows: ${fixed(best / 100, 2)}, cost ${counted(least)}`
        : `At threshold ${threshold}; tuned is ${fixed(chosen.threshold)}; cheapest on these rows: ` +
          `${fixed(best / 100, 2)}, cost ${counted(least)}`;
      slider.setAttribute("aria-valuetext", tuned ? `${threshold}, tuned` : threshold);
      for (const [cell, value] of Object.entries({tp, fp, fn, tn})) {
        root.querySelector(`[data-cell=${cell}] b`).textContent = String(value);
      }
      const rates = {
        recall: fixed(ratio(tp, tp + fn)), precision: fixed(ratio(tp, tp + fp)), specificity: fixed(ratio(tn, tn + fp)),
        F1: fixed(ratio(2 * tp, 2 * tp + fp + fn)), alarms: percent((tp + fp) / (tp + fp + fn + tn)), cost: counted(cost),
      };
      for (const [name, value] of Object.entries(rates)) {
        root.querySelector(`[data-rate="${name}"]`).textContent = value;
      }
    };
    const chart = `threshold-${key}`;
    const mark = () => {  // where the slider stands, in the chart above it
      const at = tuned ? candidate().threshold : Number(slider.value) / 100;
      data.charts[chart].signals = {at};
      live.get(chart)?.view?.signal("at", at).runAsync();
    };
    const redraw = () => {
      const {name, threshold, tp, fp} = candidate();
      byId(chart).querySelector(".drawing").setAttribute("aria-label", `Recall and precision of ${name} by threshold`);
      change(chart, {columns: {
        threshold: tp.map((_, place) => place / 100),
        recall: tp.map((hits) => hits / data.positives),
        precision: tp.map((hits, place) => (hits + fp[place] ? hits / (hits + fp[place]) : null)),
        tuned: tp.map(() => threshold),
      }});
    };
    const move = (place, exact) => {
      tuned = exact;
      slider.value = String(place);
      show();
      mark();
    };
    const toTuned = () => move(Math.round(100 * candidate().threshold), true);
    slider.addEventListener("input", () => move(Number(slider.value), false));
    select.addEventListener("change", () => {
      toTuned();
      redraw();
    });
    root.querySelector(".to-tuned").addEventListener("click", toTuned);
    root.querySelector(".to-half").addEventListener("click", () => move(50, false));
    root.querySelector(".to-cheapest").addEventListener("click", () => move(cheapest(), false));
    for (const id of ["cost-miss", "cost-alarm"]) byId(id).addEventListener("input", show);
    show();
  };

  // ---------------------------------------------------------------- sampling ratio
  const ratios = () => {
    const panel = byId("ratio-panel"), select = byId("ratio-candidate"), slider = byId("ratio-slider");
    const sweep = () => data.sweeps[Number(select.value)];
    const cell = (metric, pair) => {
      const digits = data.digits[metric] ?? 3;
      return pair ? `${fixed(pair[0], digits)} ± ${fixed(pair[1], digits)}` : "not tried";
    };
    const element = (tag, text, attributes = {}) => {
      const made = document.createElement(tag);
      made.textContent = text;
      for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
      return made;
    };
    const row = (...cells) => {
      const made = document.createElement("tr");
      made.append(...cells);
      return made;
    };
    const show = () => {
      const {name, chosen, ratios: values, lines, metrics} = sweep(), place = Number(slider.value);
      slider.setAttribute("aria-valuetext", String(values[place]));
      panel.querySelector("output").textContent = String(values[place]);
      panel.querySelector(".state").textContent = `Chosen by tuning: sampling_strategy ${chosen}`;
      panel.querySelector("caption").textContent = `${name} at sampling_strategy ${values[place]}.`;
      panel.querySelector("thead").replaceChildren(row(
        element("th", "Metric", {scope: "col"}), ...lines.map((line) => element("th", line, {scope: "col", class: "r"})),
      ));
      panel.querySelector("tbody").replaceChildren(...Object.entries(metrics).map(([metric, found]) => row(
        element("th", data.labels[metric], {scope: "row"}),
        ...found.map((line) => element("td", cell(metric, line[place]), {class: "r"})),
      )));
      for (const metric of Object.keys(metrics)) {
        const key = `ratio-${metric}`;
        if (!data.charts[key]) continue;
        data.charts[key].signals = {ratio: values[place]};
        live.get(key)?.view?.signal("ratio", values[place]).runAsync();
      }
    };
    const columnsOf = ({ratios: values, lines, metrics}, metric) => {
      const columns = {series: [], line: [], ratio: [], mean: [], low: [], high: []};
      metrics[metric].forEach((found, index) => found.forEach((pair, place) => {
        if (!pair) return;
        const cells = {
          series: String(index), line: lines[index], ratio: values[place], mean: pair[0], low: pair[0] - pair[1],
          high: pair[0] + pair[1],
        };
        for (const [name, value] of Object.entries(cells)) columns[name].push(value);
      }));
      return columns;
    };
    select.addEventListener("change", () => {
      const {ratios: values, chosen, lines, metrics} = sweep();
      legend(byId("ratio-legend"), lines);
      slider.max = String(values.length - 1);
      slider.value = String(Math.max(0, values.indexOf(chosen)));
      show();
      for (const metric of Object.keys(metrics)) {
        change(`ratio-${metric}`, {columns: columnsOf(sweep(), metric), signals: {ratio: values[Number(slider.value)]}});
      }
    });
    slider.addEventListener("input", show);
  };

  // ---------------------------------------------------------------- curves and scatter
  const overlays = () => {
    const boxes = [...byId("overlay-panel").querySelectorAll("input")];
    const empty = (...names) => Object.fromEntries(names.map((name) => [name, []]));
    const push = (columns, values) => Object.entries(values).forEach(([name, value]) => columns[name].push(value));
    const curves = (chosen, part) => {
      const columns = empty("x", "y", "series", "name", "prevalence");
      const prevalence = data.positives / (data.positives + data.negatives);
      chosen.forEach(({name, overlay}, place) => overlay[part].forEach((value, at) => {
        push(columns, {x: at / 100, y: value, series: String(place), name, prevalence});
      }));
      return columns;
    };
    const calibration = (chosen) => {
      const columns = empty("x", "y", "series", "name");
      chosen.forEach(({name, overlay}, place) => overlay.mean_score.forEach((mean, at) => {
        if (mean !== null) push(columns, {x: mean, y: overlay.positive_share[at], series: String(place), name});
      }));
      return columns;
    };
    const scores = (chosen) => {
      const columns = empty("name", "part", "label", "low", "high", "rows");
      const bins = 20, step = 5;
      for (const {name, counts} of chosen) {
        for (const [part, label, atLeast, rows] of [
          ["negative", data.names.negative, counts.fp, data.negatives],
          ["positive", data.names.positive, counts.tp, data.positives],
        ]) {
          for (let place = 0; place < bins; place += 1) {
            const above = place ? atLeast[place * step] : rows;
            const below = place + 1 < bins ? atLeast[(place + 1) * step] : 0;
            if (above > below) {
              push(columns, {name, part, label, low: place / bins, high: (place + 1) / bins, rows: above - below});
            }
          }
        }
      }
      return columns;
    };
    const update = () => {
      const chosen = boxes.filter((box) => box.checked).map((box) => {
        const counts = data.candidates[Number(box.value)];
        return {name: counts.name, counts, overlay: data.overlays[counts.name]};
      });
      for (const box of boxes) box.disabled = !box.checked && chosen.length >= data.most;
      legend(byId("overlay-legend"), chosen.map(({name}) => name));
      const about = chosen.map(({name}) => name).join(", ");
      for (const [key, columns] of [
        ["chart-roc", curves(chosen, "recall")], ["chart-precision-recall", curves(chosen, "precision")],
        ["chart-calibration", calibration(chosen)], ["chart-scores", scores(chosen)],
      ]) {
        byId(key).querySelector(".drawing").setAttribute("aria-label", `${data.charts[key].title} of ${about}`);
        change(key, {columns});
      }
    };
    boxes.forEach((box) => box.addEventListener("change", update));
  };
  const scatter = () => {
    const selects = {x: byId("scatter-x"), y: byId("scatter-y")};
    const update = () => {
      const [x, y] = [selects.x.value, selects.y.value];
      const columns = {...data.charts["chart-candidates"].columns, x: data.metrics[x], y: data.metrics[y]};
      change("chart-candidates", {columns, words: {x: data.metric_labels[x], y: data.metric_labels[y]}});
    };
    Object.values(selects).forEach((select) => select.addEventListener("change", update));
  };

  // ---------------------------------------------------------------- tables that can be sorted
  const sortable = (table) => {
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
      button.append(...head.childNodes);
      head.append(button);
      button.addEventListener("click", () => {
        const falling = head.getAttribute("aria-sort") !== "descending";
        for (const other of table.tHead.rows[0].cells) other.removeAttribute("aria-sort");
        head.setAttribute("aria-sort", falling ? "descending" : "ascending");
        const sign = falling ? -1 : 1;
        body.append(...[...body.rows].sort((one, two) => sign * compare(value(one, column), value(two, column))));
      });
    });
  };

  for (const control of document.querySelectorAll(".controls")) control.hidden = false;
  ["a", "b"].forEach(side);
  if (data.sweeps) ratios();
  overlays();
  scatter();
  document.querySelectorAll("table.sortable").forEach(sortable);
  Object.keys(data.charts).forEach((key) => watcher.observe(byId(key)));
  document.documentElement.dataset.ready = "true";
})();
