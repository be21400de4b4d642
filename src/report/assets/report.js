// Draws the pictures of the record that the page carries. Text on the page is written already; everything here
// is numbers from the record, so nothing of it is ever treated as markup.
'use strict';

(function () {
  const record = JSON.parse(document.getElementById('record').textContent);
  const place = document.getElementById('pictures');
  const dark = window.matchMedia('(prefers-color-scheme: dark)');
  const narrow = window.matchMedia('(max-width: 560px)');

  // ---------------------------------------------------------------- copy button
  const copy = document.getElementById('copy');
  copy.addEventListener('click', async () => {
    const command = document.getElementById('command');
    try {
      await navigator.clipboard.writeText(command.textContent);
      copy.textContent = 'Copied';
    } catch (refused) {
      window.getSelection().selectAllChildren(command);
      copy.textContent = 'Selected';
    }
    setTimeout(() => { copy.textContent = 'Copy'; }, 1500);
  });

  // The pictures with the names of their networks; only factor has two.
  const pictures = record.question === 'factor' ? Object.entries(record.pictures || {}).filter((named) => named[1])
    : [['', record.question === 'sweep' ? { kind: 'sweep', thinned: [] } : record.picture]];
  if (!place || !pictures.length || !pictures[0][1]) return;

  // ---------------------------------------------------------------- colours
  const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue('--' + name).trim();
  // Okabe and Ito's colours: told apart by colour-blind readers, on light and on dark.
  const TESTS = {
    determinant: ['#0072b2', 'proved: one linear piece'],
    perron: ['#009e73', 'proved: all slopes at once'],
    slopes: ['#cc79a7', 'proved: slope by slope'],
    monotone: ['#56b4e9', 'proved: monotone'],
    cells: ['#d55e00', 'proved: piece by piece'],
    apart: ['#56b4e9', 'told apart'],
    secant: ['#0072b2', 'secant test'],
    cone: ['#cc79a7', 'cone'],
    change: ['#e69f00', 'holds a point of J0'],
    open: ['#d55e00', 'left open'],
  };
  const CURVES = ['#0072b2', '#d55e00', '#009e73', '#cc79a7', '#e69f00', '#56b4e9'];
  const testStyle = (name) => Object.hasOwn(TESTS, name) ? TESTS[name] : ['#888888', 'another test'];
  const translucent = (hex, alpha) => {
    const part = (at) => parseInt(hex.slice(at, at + 2), 16);
    return `rgba(${part(1)},${part(3)},${part(5)},${alpha})`;
  };

  // ---------------------------------------------------------------- traces
  const path = (points) => ({ x: points.map((p) => p && p[0]), y: points.map((p) => p && p[1]) });
  const lines = (points, style, extra) => Object.assign(
    { type: 'scatter', mode: 'lines', hoverinfo: 'skip', line: style }, path(points), extra || {});
  const marker = (point, symbol, name, size, fill, filled) => ({
    type: 'scatter', mode: 'markers', x: [point[0]], y: [point[1]],
    hovertemplate: `${name}<br>(%{x:.7~g}, %{y:.7~g})<extra></extra>`,
    marker: { symbol, size, color: filled ? fill : 'rgba(0,0,0,0)', line: { color: fill, width: 2.5 } },
  });
  const closed = (polygon) => polygon.length ? polygon.concat([polygon[0]]) : [];
  const segments = (list) => list.flatMap((s) => [[s[0], s[1]], [s[2], s[3]], null]);

  // A figure is a list of layers: {name, swatch, traces, hidden}. Layers with a name get a button in the key.
  function swatch(kind, value) {
    const mark = document.createElement('i');
    mark.className = kind;
    if (kind.includes('stroke')) mark.style.borderTopColor = value; else mark.style.background = value;
    return mark;
  }

  function layout(options) {
    const ink = colour('ink'), quiet = colour('quiet'), grid = colour('plot-grid');
    const axis = (title, range) => ({
      title: { text: title, font: { size: 13, color: quiet }, standoff: 8 },
      range, gridcolor: grid, zeroline: false, linecolor: grid, tickfont: { size: 12, color: quiet },
      exponentformat: 'power', automargin: true, showgrid: !options.plain, nticks: narrow.matches ? 5 : 8,
    });
    const result = {
      xaxis: axis(options.labels[0], options.range && options.range[0]),
      yaxis: axis(options.labels[1], options.range && options.range[1]),
      margin: { l: 52, r: 12, t: narrow.matches ? 8 : 32, b: 44 }, showlegend: false, hovermode: options.hovermode || 'closest',
      paper_bgcolor: 'rgba(0,0,0,0)', plot_bgcolor: 'rgba(0,0,0,0)', dragmode: 'pan',
      font: { family: 'inherit', color: ink },
      hoverlabel: { bgcolor: colour('card'), bordercolor: colour('line'), font: { color: ink } },
      shapes: options.shapes || [], annotations: options.annotations || [],
      modebar: { bgcolor: 'rgba(0,0,0,0)', color: quiet, activecolor: ink },
    };
    if (options.scene) {
      result.scene = options.scene;
      result.dragmode = 'turntable';
    }
    if (options.square) {
      Object.assign(result.yaxis, { scaleanchor: 'x', scaleratio: 1, constrain: 'domain' });
      result.xaxis.constrain = 'domain';
    }
    return result;
  }

  const figures = [];

  function addFigure(title, caption, wide, describe) {
    const figure = document.createElement('figure');
    figure.className = wide ? 'card wide' : 'card';
    const heading = document.createElement('h3'), key = document.createElement('ul');
    const plot = document.createElement('div'), words = document.createElement('figcaption');
    heading.textContent = title;
    key.className = 'key';
    plot.className = 'plot';
    plot.setAttribute('role', 'img');
    plot.setAttribute('aria-label', title + '. ' + caption);
    words.textContent = caption;
    figure.append(heading, key, plot, words);
    place.append(figure);
    figures.push({ key, plot, describe, hidden: new Map() });
  }

  function draw(figure) {
    const { layers, options } = figure.describe();
    const traces = [];
    figure.key.replaceChildren();
    for (const layer of layers) {
      const first = traces.length;
      if (layer.name && !figure.hidden.has(layer.name)) figure.hidden.set(layer.name, !!layer.hidden);
      const shown = () => !figure.hidden.get(layer.name);
      for (const trace of layer.traces) traces.push(Object.assign({ visible: shown() }, trace));
      if (!layer.name) continue;
      const item = document.createElement('li'), button = document.createElement('button');
      button.type = 'button';
      button.setAttribute('aria-pressed', String(shown()));
      button.append(swatch(layer.swatch[0], layer.swatch[1]), layer.name);
      button.addEventListener('click', () => {
        figure.hidden.set(layer.name, shown());
        button.setAttribute('aria-pressed', String(shown()));
        Plotly.restyle(figure.plot, { visible: shown() }, layer.traces.map((unused, k) => first + k));
      });
      item.append(button);
      figure.key.append(item);
    }
    Plotly.react(figure.plot, traces, layout(options), {
      responsive: true, displaylogo: false, scrollZoom: false,
      modeBarButtonsToRemove: ['select2d', 'lasso2d', 'autoScale2d', 'toggleSpikelines'],
      displayModeBar: narrow.matches ? false : 'hover',
    });
  }

  // ---------------------------------------------------------------- inputs: a window of a plane
  const range = (view, axis) => view.window[axis];
  const samplesOf = (view) => view.determinant.length;

  function field(view) {
    const side = samplesOf(view);
    const step = (axis) => (range(view, axis)[1] - range(view, axis)[0]) / (side - 1);
    const sign = view.sign || 1;
    const up = [colour('plot-up'), colour('plot-up-strong')], down = [colour('plot-down'), colour('plot-down-strong')];
    return {
      type: 'heatmap', z: view.determinant.map((row) => row.map((value) => value * sign)),
      x0: range(view, 0)[0], dx: step(0), y0: range(view, 1)[0], dy: step(1),
      zmin: -1000, zmax: 1000, showscale: false, zsmooth: false,
      colorscale: [[0, down[1]], [0.4995, down[0]], [0.4996, colour('plot-zero')], [0.5004, colour('plot-zero')],
        [0.5005, up[0]], [1, up[1]]],
      hovertemplate: '(%{x:.5~g}, %{y:.5~g})<extra></extra>',
    };
  }

  function boxLayers(boxes) {
    if (!boxes) return [];
    return Object.entries(boxes.tests).map(([test, list]) => {
      const [hex, words] = testStyle(test);
      const corners = list.flatMap((b) => [[b[0], b[2]], [b[1], b[2]], [b[1], b[3]], [b[0], b[3]], [b[0], b[2]], null]);
      return {
        name: words, swatch: ['box', hex],
        traces: [lines(corners, { color: translucent(hex, 0.75), width: 0.8 },
          { fill: 'toself', fillcolor: translucent(hex, 0.16) })],
      };
    });
  }

  const isLocus = record.question === 'j0', isBox = record.question === 'injective' || isLocus;

  const boxColour = () => colour(isLocus ? 'quiet' : record.verdict === 'proved' ? 'plot-proved' : 'plot-refuted');

  function outlineLayers(view) {
    const layers = [];
    if (view.lower.length) {
      layers.push({ name: 'ball, proved', swatch: ['stroke', colour('plot-proved')],
        traces: [lines(closed(view.lower), { color: colour('plot-proved'), width: 3.5 })] });
    }
    if (view.upper.length) {
      const hue = isBox ? boxColour() : colour('plot-refuted');
      layers.push({ name: isBox ? 'the box' : 'ball, refuted', swatch: [isBox ? 'stroke' : 'stroke dashed', hue],
        traces: [lines(closed(view.upper), { color: hue, width: 2, dash: isBox ? 'solid' : '7px,6px' })] });
    }
    return layers;
  }

  function pointLayers(view) {
    const layers = [];
    if (view.center) {
      layers.push({ name: isBox ? 'middle' : 'centre', swatch: ['mark', colour('ink')],
        traces: [marker(view.center, 'cross', 'centre', 9, colour('ink'), true)] });
    }
    if (view.x) {
      layers.push({ name: 'x', swatch: ['mark', colour('plot-x')],
        traces: [marker(view.x, 'circle', 'x', 14, colour('plot-x'), false)] });
    }
    if (view.y) {
      layers.push({ name: 'y', swatch: ['mark square', colour('plot-y')],
        traces: [marker(view.y, 'diamond', 'y', 9, colour('plot-y'), true)] });
    }
    return layers;
  }

  function inputFigure(view) {
    const width = range(view, 0)[1] - range(view, 0)[0], height = range(view, 1)[1] - range(view, 1)[0];
    const ratio = width / height;
    const layers = [
      { name: 'orientation kept, turned over', traces: [field(view)],
        swatch: ['box', `linear-gradient(90deg, ${colour('plot-up-strong')} 50%, ${colour('plot-down-strong')} 50%)`] },
    ];
    const fold = (name, swatch, points, style) => layers.push({ name, swatch: [swatch, colour('plot-fold')],
      traces: [lines(points, { color: colour('plot-fold'), ...style })] });
    const name = view.exact_fold ? 'fold (J0), exact' : 'fold';
    if (isLocus && record.lines.length) {  // the answer is about the box alone
      fold('fold beyond the box', 'stroke dashed', segments(view.fold), { width: 1, dash: '2px,3px' });
      fold(name, 'stroke', record.lines.flatMap((line) => [...line.map((k) => record.points[k]), null]), { width: 2.4 });
    } else if (view.fold.length) {
      fold(name, 'stroke', segments(view.fold), { width: 1.6 });
    }
    return {
      layers: layers.concat(boxLayers(view.boxes), outlineLayers(view), pointLayers(view)),
      options: { labels: view.labels, range: view.window, plain: true, square: ratio < 4 && ratio > 0.25 },
    };
  }

  // ---------------------------------------------------------------- outputs: the image of a grid
  function insidePolygon(polygon, s, t) {
    let inside = false;
    for (let i = 0, j = polygon.length - 1; i < polygon.length; j = i++) {
      const [a, b] = polygon[i], [c, d] = polygon[j];
      if ((b > t) !== (d > t) && s < a + (c - a) * (t - b) / (d - b)) inside = !inside;
    }
    return inside;
  }

  // Every segment of the grid's image is drawn once: in the ball, outside it, or where the map is turned over.
  function sheets(view) {
    const { lines: images, samples } = view.image, count = images.length / 2, side = samplesOf(view);
    const sign = view.sign || 1, ball = view.lower.length ? view.lower : view.upper;
    const at = (axis, share) => range(view, axis)[0] + (range(view, axis)[1] - range(view, axis)[0]) * share;
    const nearest = (share) => Math.min(side - 1, Math.max(0, Math.round(share * (side - 1))));
    const parts = { inside: [], outside: [], turned: [] };
    images.forEach((points, number) => {
      const across = number < count, fixed = (across ? number : number - count) / (count - 1);
      let before = null;
      for (let k = 0; k + 1 < points.length; ++k) {
        const along = (k + 0.5) / (samples - 1);
        const s = across ? along : fixed, t = across ? fixed : along;
        const turned = view.determinant[nearest(t)][nearest(s)] * sign < 0;
        const part = turned ? 'turned' : insidePolygon(ball, at(0, s), at(1, t)) ? 'inside' : 'outside';
        if (part !== before) parts[part].push(null, points[k]);
        parts[part].push(points[k + 1]);
        before = part;
      }
    });
    return parts;
  }

  function outputFigure(view, close, f) {
    const parts = sheets(view), image = view.image, layers = [];
    const add = (name, kind, value, traces, condition) => {
      if (condition) layers.push({ name, swatch: [kind, value], traces });
    };
    const soft = colour('plot-sheet-soft'), sheet = colour('plot-sheet'), turned = colour('plot-turned');
    const within = isBox ? 'grid in the box' : 'grid in the proved ball';
    add(isBox ? 'grid outside the box' : 'grid outside the ball', 'stroke', soft,
      [lines(parts.outside, { color: soft, width: 1 })], parts.outside.length);
    add('turned over', 'stroke', turned, [lines(parts.turned, { color: turned, width: 1 })], parts.turned.length);
    add(within, 'stroke', sheet, [lines(parts.inside, { color: sheet, width: 1 })], parts.inside.length);
    add('image of the fold', 'stroke', colour('plot-fold'),
      [lines(segments(image.fold), { color: colour('plot-fold'), width: 2.2 })], image.fold.length);
    const edge = image.lower.length ? image.lower : image.upper;
    const hue = isBox ? boxColour() : colour(image.lower.length ? 'plot-proved' : 'plot-refuted');
    add(isBox ? 'edge of the box' : 'edge of the ball', 'stroke', hue, [lines(edge, { color: hue, width: 3 })], edge.length);
    add(isBox ? 'image of the middle' : 'image of the centre', 'mark', colour('ink'),
      image.center && [marker(image.center, 'cross', 'f(centre)', 9, colour('ink'), true)], image.center);
    add(`${f}(x) = ${f}(y)`, 'mark', colour('plot-x'),
      image.common && [marker(image.common, 'star-diamond', `${f}(x) = ${f}(y)`, 13, colour('plot-x'), true)], image.common);
    const labels = close ? ['output 0 minus that of x', 'output 1 minus that of x'] : ['output 0', 'output 1'];
    return { layers, options: { labels, range: extent(parts) } };
  }

  function extent(parts) {
    const points = [].concat(parts.inside, parts.outside, parts.turned).filter(Boolean);
    const side = (axis) => {
      let low = Infinity, high = -Infinity;
      for (const p of points) {
        low = Math.min(low, p[axis]);
        high = Math.max(high, p[axis]);
      }
      const margin = 0.04 * (high - low || 1);
      return [low - margin, high + margin];
    };
    return [side(0), side(1)];
  }

  // ---------------------------------------------------------------- one input: the graph
  function graphFigure(picture) {
    const { x, f, pair } = picture;
    const low = Math.min(...f), high = Math.max(...f), room = 0.06 * (high - low || 1), floor = low - room;
    const parts = { up: [], down: [] };
    const nearest = x.reduce((best, value, k) =>
      Math.abs(value - picture.center[0]) < Math.abs(x[best] - picture.center[0]) ? k : best, 0);
    const start = Math.min(nearest, x.length - 2), kept = Math.sign(f[start + 1] - f[start]) || 1;
    let before = null;
    for (let k = 0; k + 1 < x.length; ++k) {
      const part = (f[k + 1] - f[k]) * kept > 0 ? 'up' : 'down';
      if (part !== before) parts[part].push(null, [x[k], f[k]]);
      parts[part].push([x[k + 1], f[k + 1]]);
      before = part;
    }
    const layers = [];
    const shade = (interval, hue, alpha, name, kind) => {
      if (!interval) return;
      const corners = [[interval[0], floor], [interval[1], floor], [interval[1], high + room], [interval[0], high + room]];
      layers.push({ name, swatch: [kind, hue],
        traces: [lines(closed(corners), { color: hue, width: 1.5, dash: kind === 'box' ? 'solid' : '6px,5px' },
          { fill: kind === 'box' ? 'toself' : 'none', fillcolor: translucent(hue, alpha) })] });
    };
    const proved = colour('plot-proved'), refuted = colour('plot-refuted');
    if (isBox) {
      shade(picture.upper, record.verdict === 'proved' ? proved : colour('quiet'), 0.12, 'the interval', 'box');
    } else {
      shade(picture.lower, proved, 0.14, 'interval, proved', 'box');
      shade(picture.upper, refuted, 0, 'interval, refuted', 'stroke dashed');
    }
    for (const [test, list] of Object.entries(picture.boxes.tests)) {
      const [hex, words] = testStyle(test);
      layers.push({ name: words, swatch: ['box', hex], traces: [lines(
        list.flatMap((b) => [[b[0], floor], [b[1], floor], null]), { color: hex, width: 7 })] });
    }
    const curve = (points, hue) => lines(points, { color: hue, width: 2.6 },
      { hoverinfo: 'all', hovertemplate: 'f(%{x:.7~g}) = %{y:.7~g}<extra></extra>' });
    layers.push({ name: 'f, direction kept', swatch: ['stroke', colour('plot-sheet')],
      traces: [curve(parts.up, colour('plot-sheet'))] });
    if (parts.down.length) {
      layers.push({ name: 'f, turned back', swatch: ['stroke', colour('plot-turned')],
        traces: [curve(parts.down, colour('plot-turned'))] });
    }
    if (picture.folds && picture.folds.length) {
      layers.push({ name: 'J0', swatch: ['mark', colour('plot-fold')],
        traces: picture.folds.map((p) => marker(p, 'circle', 'J0', 9, colour('plot-fold'), true)) });
    }
    if (pair) {
      layers.push({ name: 'common value', swatch: ['stroke dashed', colour('quiet')],
        traces: [lines([[picture.window[0], pair.f], [picture.window[1], pair.f]],
          { color: colour('quiet'), width: 1.3, dash: '4px,4px' })] });
    }
    return {
      layers: layers.concat(pointLayers({ center: picture.center, x: pair && [pair.x, pair.f],
        y: pair && [pair.y, pair.f] })),
      options: { labels: ['input', 'output f'], range: [picture.window, [floor - room / 2, high + room]] },
    };
  }

  // ---------------------------------------------------------------- three inputs: the surface
  function meshFigure(picture) {
    const family = 'sans-serif';  // drawn on a canvas, which inherits none
    const axis = (k) => ({ title: { text: 'input ' + k, font: { family, size: 14 } }, range: picture.window[k],
      color: colour('quiet'), tickfont: { family, size: 12 }, nticks: narrow.matches ? 4 : 6,
      gridcolor: colour('plot-grid'), zeroline: false, backgroundcolor: 'rgba(0,0,0,0)' });
    const mesh = (corners, hue, opacity) => ({
      type: 'mesh3d', x: picture.points[0], y: picture.points[1], z: picture.points[2],
      i: corners[0], j: corners[1], k: corners[2], color: hue, opacity, flatshading: true,
      hovertemplate: '(%{x:.5~g}, %{y:.5~g}, %{z:.5~g})<extra></extra>',
      lighting: { ambient: 0.65, diffuse: 0.6, specular: 0.1, facenormalsepsilon: 0, vertexnormalsepsilon: 0 },
      lightposition: { x: 20000, y: 5000, z: 30000 },
    });
    const layers = [];
    if (picture.triangles[0].length) {
      layers.push({ name: 'fold (J0)', swatch: ['box', '#56b4e9'], traces: [mesh(picture.triangles, '#56b4e9', 1)] });
    }
    if (picture.flats[0].length) {
      layers.push({ name: 'around flat pieces', swatch: ['box', '#e69f00'], traces: [mesh(picture.flats, '#e69f00', 0.5)] });
    }
    return { layers, options: { labels: ['', ''], scene: { xaxis: axis(0), yaxis: axis(1), zaxis: axis(2),
      aspectmode: 'cube', camera: { eye: { x: 1.55, y: 1.25, z: 0.8 }, center: { x: 0, y: 0, z: -0.15 } } } } };
  }

  // ---------------------------------------------------------------- more inputs: outputs along the line of the pair
  function lineFigure(picture) {
    const { t, outputs } = picture.line;
    const layers = outputs.map((values, k) => {
      const hue = CURVES[k % CURVES.length], dash = ['solid', '9px,5px', '3px,4px'][k % 3];
      return { name: 'output ' + k, swatch: ['stroke', hue],
        traces: [lines(t.map((at, i) => [at, values[i]]), { color: hue, width: 2.4, dash })] };
    });
    return {
      layers: layers.concat([
        { name: 'x', swatch: ['mark', colour('plot-x')],
          traces: [marker([0, 0], 'circle', 'x', 14, colour('plot-x'), false)] },
        { name: 'y', swatch: ['mark square', colour('plot-y')],
          traces: [marker([1, 0], 'diamond', 'y', 10, colour('plot-y'), true)] },
      ]),
      options: { labels: ['share of the way from x to y', 'output minus that of x'] },
    };
  }

  // ---------------------------------------------------------------- sweeps: the radius at many points
  const LIMITS = {
    fold: ['#d55e00', 'limit: fold'],
    collision: ['#0072b2', 'limit: far collision'],
    flat: ['#cc79a7', 'limit: flat region'],
    branch: ['#009e73', 'limit: branch point'],
    preimage: ['#0072b2', 'limit: another preimage'],
  };
  const areScattered = record.question === 'sweep' && !record.parameter && !record.along;
  const abscissa = (point) => record.parameter ? point.value : point.index;
  const answeredPoints = () => record.points.filter((point) => point.answer && point.answer.radius);
  const height = (point) => point.answer.radius.upper === null ? point.answer.radius.lower : point.answer.radius.upper;

  function sweepFigure() {
    const curve = (end) => record.points.map((point) => point.answer && point.answer.radius[end] !== null
      ? [abscissa(point), point.answer.radius[end]] : null);
    const proved = colour('plot-proved'), refuted = colour('plot-refuted');
    // Points that are neighbours of nothing have no curve: a stem for each, up to what is proved.
    const stems = answeredPoints().flatMap((p) => [[abscissa(p), 0], [abscissa(p), p.answer.radius.lower], null]);
    const layers = areScattered ? [
      { name: 'proved radius', swatch: ['stroke', proved], traces: [lines(stems, { color: proved, width: 2.6 })] },
    ] : [
      { name: 'proved radius', swatch: ['stroke', proved],
        traces: [lines(curve('lower'), { color: proved, width: 2.6 }, { fill: 'tozeroy', fillcolor: translucent('#009e73', 0.1) })] },
      { name: 'refuted radius', swatch: ['stroke dashed', refuted],
        traces: [lines(curve('upper'), { color: refuted, width: 1.4, dash: '6px,5px' })] },
    ];
    const kinds = new Map();
    for (const point of answeredPoints()) {
      const known = Object.hasOwn(LIMITS, point.answer.limit);
      const [hue, words] = known ? LIMITS[point.answer.limit] : ['#888888', 'no limit found'];
      if (!kinds.has(words)) kinds.set(words, { hue, points: [] });
      kinds.get(words).points.push(point);
    }
    for (const [words, { hue, points }] of kinds) {
      layers.push({ name: words, swatch: ['box', hue], traces: [{
        type: 'scatter', mode: 'markers', x: points.map(abscissa), y: points.map(height), marker: { color: hue, size: 6 },
        text: points.map((p) => p.answer.radius.lower + (p.answer.radius.upper === null ? ' and more' : ' to ' + p.answer.radius.upper)),
        hovertemplate: '%{x:.7~g}<br>%{text}<extra></extra>' }] });
    }
    const missing = record.points.filter((point) => !point.answer);
    if (missing.length) {
      layers.push({ name: 'no answer', swatch: ['box', colour('quiet')], traces: [{ type: 'scatter', mode: 'markers',
        x: missing.map(abscissa), y: missing.map(() => 0), marker: { color: colour('quiet'), size: 7, symbol: 'x' },
        hoverinfo: 'skip' }] });
    }
    if (record.least) {
      const point = record.points[record.least.index];
      layers.push({ name: 'least', swatch: ['mark', colour('plot-x')],
        traces: [marker([abscissa(point), height(point)], 'circle', 'least', 18, colour('plot-x'), false)] });
    }
    return { layers, options: { labels: [record.parameter ? 'input ' + record.parameter.input : record.along ? 'point of the orbit' : 'point', 'radius'] } };
  }

  function orbitFigure() {
    const points = answeredPoints(), heights = points.map(height);
    const centers = points.map((point) => point.answer.center);
    const least = record.least && record.points[record.least.index].answer.center;
    return {
      layers: [
        { traces: [{ type: 'scatter', mode: 'markers', x: centers.map((c) => c[0]), y: centers.map((c) => c[1]),
          marker: { color: heights, colorscale: 'Viridis', size: 7, colorbar: { title: { text: 'radius' }, thickness: 12,
            tickfont: { color: colour('quiet') } } },
          text: heights.map(String), hovertemplate: '(%{x:.5~g}, %{y:.5~g})<br>radius %{text}<extra></extra>' }] },
        ...(least ? [{ name: 'least', swatch: ['mark', colour('plot-x')],
          traces: [marker(least, 'circle', 'least', 18, colour('plot-x'), false)] }] : []),
      ],
      options: { labels: ['input 0', 'input 1'], square: true },
    };
  }

  // ---------------------------------------------------------------- preimages: inputs coloured by their output
  function preimagesFigure(picture) {
    const sets = record.sets || [];  // none: J0 of a map
    const points = sets.flatMap((set, k) => set.points.map((point) => ({ k, x: point.x })));
    const flats = sets.flatMap((set, k) => (set.flats || []).map((flat) => ({ k, x: flat.x, y: flat.y })));
    const hue = (k) => CURVES[k % CURVES.length], many = sets.length > 1;
    const layers = [];
    if (picture.fold.length) {
      layers.push({ name: 'where the map turns over', swatch: ['stroke', colour('plot-refuted')],
        traces: [lines(segments(picture.fold), { color: colour('plot-refuted'), width: 1.4 })] });
    }
    if (flats.length) {
      layers.push({ name: 'flat segments', swatch: ['stroke', hue(0)],
        traces: flats.slice(0, 400).map((flat) => lines([flat.x, flat.y], { color: hue(flat.k), width: 3 })) });
    }
    const found = (name, swatch, some, marker) => layers.push({ name, swatch: ['mark', swatch], traces: [{
      type: 'scatter', mode: 'markers', x: some.map((p) => p.x[0]), y: some.map((p) => p.x[1]), marker,
      text: some.map((p) => 'output ' + p.k), hovertemplate: '(%{x:.7~g}, %{y:.7~g})<br>%{text}<extra></extra>' }] });
    if (sets.length > CURVES.length) {
      found('preimages, by output', '#21918c', points, { color: points.map((p) => p.k), colorscale: 'Viridis', size: 7 });
    } else {
      sets.forEach((set, k) => found(many ? 'preimages of output ' + k : 'preimages', hue(k),
        points.filter((p) => p.k === k), { color: hue(k), size: many ? 8 : 11 }));
    }
    return { layers, options: { labels: ['input 0', 'input 1'], range: picture.window, square: true } };
  }

  function valuesFigure() {
    const values = record.sets.map((set) => set.value), counts = record.sets.map((set) => set.points.length);
    return { layers: [{ traces: [{ type: 'scatter', mode: 'markers', x: values.map((v) => v[0]), y: values.map((v) => v[1]),
      text: counts.map((count, k) => 'output ' + k + ': ' + count + ' preimages'),
      hovertemplate: '(%{x:.7~g}, %{y:.7~g})<br>%{text}<extra></extra>',
      marker: counts.every((count) => count === counts[0]) ? { color: CURVES[0], size: 7 }  // a scale of one number says nothing
        : { color: counts, colorscale: 'Viridis', size: 7, colorbar: { title: { text: 'preimages' }, thickness: 12, dtick: 1,
          tickfont: { color: colour('quiet') } } } }] }],
      options: { labels: ['output 0', 'output 1'], square: true } };
  }

  // ---------------------------------------------------------------- which figures
  const amid = isBox ? 'in the middle' : 'at the centre';
  const WORDS = {
    plane: ['Inputs', `Where the map turns over. Blue: the Jacobian determinant has the sign it has ${amid}; sand: `
      + 'the other sign; stronger where it is larger; grey: it is 0. The line between blue and sand is the fold.'],
    zoom: ['Close-up of the pair', 'The two inputs with one output'
      + (record.limit === 'fold' ? ', one on each side of the fold' : '')
      + ': too close together to be told apart in the larger picture.'],
    axes: ['Slice through the centre', 'Two inputs vary, the others stay at the centre. Blue: the determinant has the '
      + 'sign it has at the centre; sand: the other sign.'],
    witness: ['Slice through the centre, x and y', 'The plane of the centre and the two colliding inputs, in lengths '
      + 'from the centre. The outline is where the ball cuts this plane.'],
  };

  function plan(picture, network) {
    const of = (title) => network ? `${network}: ${title[0].toLowerCase()}${title.slice(1)}` : title;
    if (isLocus) {
      WORDS.plane[1] = `Where the map turns over. Blue: the Jacobian determinant has the sign it has ${amid}; sand: `
        + 'the other sign; stronger where it is larger; grey: it is 0. The line between blue and sand is J0, exactly.';
    }
    if (picture.kind === 'sweep') {
      addFigure(record.parameter ? 'Radius over the parameter' : areScattered ? 'Radius at the points' : 'Radius along the orbit',
        (record.asked === 'pseudo' ? 'How far around each centre no other input has the output of the centre. '
          : 'How far around each centre the network is one-to-one. ')
        + (areScattered ? 'Up to the end of the stem it is proved, from the dot on refuted. '
          : 'Up to the curve it is proved, beyond it refuted. ')
        + 'The colour says what ends the ball; the circle marks the least.',
        true, sweepFigure);
      const first = answeredPoints()[0];
      if (!record.parameter && first && first.answer.center.length === 2) {
        addFigure(areScattered ? 'The points' : 'The orbit', 'The centres, coloured by the radius there.', true, orbitFigure);
      }
      return;
    }
    if (picture.kind === 'preimages' && !record.sets) {
      addFigure('J0', 'Where det J = 0 in the box.', true, () => preimagesFigure(picture));
      return;
    }
    if (picture.kind === 'preimages') {
      const many = record.sets.length > 1;
      addFigure('Inputs', 'The inputs of the box that have ' + (many ? 'one of the outputs, coloured by the output. ' : 'the output. ')
        + (picture.fold.length ? 'Across a fold, the number of preimages changes by two.' : ''), !many, () => preimagesFigure(picture));
      if (many && record.sets[0].value.length === 2) {
        addFigure('Outputs', 'The outputs that were asked about, coloured by the number of their preimages.', false, valuesFigure);
      }
      return;
    }
    if (picture.kind === 'mesh') {
      addFigure('J0', 'The surface on which the map turns over, within the box. Drag to turn it.', true, () => meshFigure(picture));
      return;
    }
    if (picture.kind === 'graph') {
      addFigure(network ? `The graph of ${network}` : 'The graph of f', isLocus ? 'Where f turns back is J0. The coloured strip below is the proof.'
        : (network ? 'In the green interval the other network is proved a function of this one'
          : 'The green interval is proved one-to-one') + '; the coloured strip below shows which test '
        + 'proved which part. Where f turns back, two inputs share a value.', true, () => graphFigure(picture));
      return;
    }
    for (const view of picture.views) {
      const [title, role] = WORDS[view.role];
      const caption = role + (!view.boxes ? '' : isLocus ? ' Small boxes: the proof.' : ' Small boxes: what each test proved.');
      const close = view.role === 'zoom';
      addFigure(of(title), view.role === 'plane' && network ? `${caption} The ball is that of r_${network === 'A' ? 'AB' : 'BA'}.`
        : caption, false, () => inputFigure(view));
      if (!view.image) continue;
      addFigure(of(close ? 'Close-up of their common output' : 'Outputs'), close
        ? 'The same close-up after the map: where sheets lie on top of each other, two inputs share an output.'
        : 'The same window after the map: the image of a grid. Where the sheet is folded over, in orange, it covers '
          + 'outputs a second time.', false, () => outputFigure(view, close, network || 'f'));
    }
    if (picture.line) {
      addFigure(of('Along the line through x and y'), 'Every output comes back to its value at x when y is reached: '
        + 'that is the collision.', picture.views.length % 2 === 0, () => lineFigure(picture));
    }
  }

  for (const [network, picture] of pictures) plan(picture, network);
  const thinned = new Set(pictures.flatMap((named) => named[1].thinned));
  if (thinned.size) {
    const note = document.createElement('p');
    note.className = 'quiet wide';
    note.textContent = 'Made lighter for this page: ' + [...thinned].join('; ') + '.';
    place.append(note);
  }
  const drawAll = () => figures.forEach(draw);
  drawAll();
  dark.addEventListener('change', drawAll);
  narrow.addEventListener('change', drawAll);
})();
