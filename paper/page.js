// Draws the figures that the page carries as JSON: {name: {traces, layout}}. Colours are names of the style sheet,
// written var(--fold), so that the figures follow light and dark.
'use strict';

(function () {
  const figures = JSON.parse(document.getElementById('figures').textContent);
  const dark = window.matchMedia('(prefers-color-scheme: dark)');
  const narrow = window.matchMedia('(max-width: 560px)');
  const style = () => getComputedStyle(document.documentElement);

  const coloured = (value, css) => {
    if (typeof value === 'string') {
      return value.replace(/^var\((--[a-z0-9-]+)\)$/, (_, name) => css.getPropertyValue(name).trim());
    }
    if (Array.isArray(value)) return typeof value[0] === 'number' ? value : value.map((v) => coloured(v, css));
    if (value && typeof value === 'object') {
      return Object.fromEntries(Object.entries(value).map(([key, v]) => [key, coloured(v, css)]));
    }
    return value;
  };

  const axis = (own, css) => Object.assign({
    gridcolor: css.getPropertyValue('--plot-grid').trim(), zeroline: false, linecolor: css.getPropertyValue('--line').trim(),
    tickfont: { size: 12, color: css.getPropertyValue('--quiet').trim() }, automargin: true, nticks: narrow.matches ? 5 : 8,
    exponentformat: 'power',
  }, own, {
    title: { text: own.title || '', font: { size: 13, color: css.getPropertyValue('--quiet').trim() }, standoff: 8 },
  });

  function draw() {
    const css = style();
    for (const place of document.querySelectorAll('.plot')) {
      const figure = figures[place.dataset.figure];
      const own = figure.layout;
      const layout = Object.assign({}, coloured(own, css), {
        xaxis: axis(coloured(own.xaxis || {}, css), css), yaxis: axis(coloured(own.yaxis || {}, css), css),
        margin: { l: 48, r: 10, t: 8, b: 42 }, showlegend: false, hovermode: own.hovermode || 'closest',
        paper_bgcolor: 'rgba(0,0,0,0)', plot_bgcolor: 'rgba(0,0,0,0)', dragmode: narrow.matches ? false : 'pan',
        font: { family: 'system-ui, -apple-system, "Segoe UI", Roboto, Arial, sans-serif', color: css.getPropertyValue('--ink').trim() },
        hoverlabel: { bgcolor: css.getPropertyValue('--card').trim(), bordercolor: css.getPropertyValue('--line').trim(),
          font: { color: css.getPropertyValue('--ink').trim() } },
      });
      Plotly.react(place, coloured(figure.traces, css), layout, { responsive: true, displayModeBar: false, doubleClick: 'reset' });
    }
  }
  draw();
  dark.addEventListener('change', draw);
  narrow.addEventListener('change', draw);
})();
