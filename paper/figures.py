"""The figures of the page, as Plotly traces with colours named by the style sheet. Numbers come from records only."""


def line(points, colour, name, dash=None, width=2, **more):
    """A polyline; None between points lifts the pen."""
    style = {"color": f"var(--{colour})", "width": width} | ({"dash": dash} if dash else {})
    return {"type": "scatter", "mode": "lines", "x": [p and p[0] for p in points], "y": [p and p[1] for p in points],
            "line": style, "name": name, "hoverinfo": "skip"} | more


def dots(points, colour, name, symbol="circle", size=8, **more):
    return {"type": "scatter", "mode": "markers", "x": [p[0] for p in points], "y": [p[1] for p in points],
            "name": name, "marker": {"color": f"var(--{colour})", "symbol": symbol, "size": size,
                       "line": {"color": f"var(--{colour})", "width": 2 if size > 4 else 0}},
            "hovertemplate": name + "<br>(%{x:.6~g}, %{y:.6~g})<extra></extra>"} | more


def square(center, radius, colour, name, dash=None, width=2):
    x, y = center
    corners = [(-1, -1), (1, -1), (1, 1), (-1, 1), (-1, -1)]
    return line([(x + radius * a, y + radius * b) for a, b in corners], colour, name, dash, width)


def broken(polylines):
    """Several polylines as one, with gaps."""
    return [p for polyline in polylines for p in (*polyline, None)]


def plane(traces, window, labels=("x", "y")):
    """Equal scales, a window [[x0, x1], [y0, y1]]."""
    return {"traces": traces, "layout": {
        "xaxis": {"title": labels[0], "range": window[0], "constrain": "domain"},
        "yaxis": {"title": labels[1], "range": window[1], "scaleanchor": "x", "constrain": "domain"}}}


def graph(traces, labels, xrange=None, **layout):
    x, y = {"title": labels[0]}, {"title": labels[1]}
    if xrange:
        x["range"] = xrange
    return {"traces": traces, "layout": {"xaxis": x, "yaxis": y} | layout}


def scalar_example(curve, radius, pseudo):
    """Fig. 2: the function, the certified interval of each centre, and the nearest other preimage."""
    f = dict(zip(curve["x"], curve["f"]))
    inside = [(x, y) for x, y in f.items() if -3.2 <= x <= 2.4]
    shown = "f(%{x:.4f}) = %{y:.4f}<extra></extra>"
    traces, shapes = [line(inside, "curve", "f", width=2.5, hoverinfo=None, hovertemplate=shown)], []
    for one, two in zip(radius, pseudo):
        c, r = one["center"][0], one["radius"]["lower"]
        value = value_at(curve, c)
        shapes.append({"type": "rect", "xref": "x", "yref": "paper", "x0": c - r, "x1": c + r, "y0": 0, "y1": 1,
                       "fillcolor": "var(--good-soft)", "line": {"width": 0}, "layer": "below"})
        traces.append(dots([(c, value)], "proved", f"centre {c:g}, r = {r:.6f}", size=9))
        if two["witness"]:
            other = next(end[0] for end in (two["witness"]["y"], two["witness"]["x"]) if end[0] != c)
            traces.append(line([(c, value), (other, value)], "pair", "same output", "dot"))
            traces.append(dots([(other, value)], "pair", f"the nearest other input with f({c:g})", "x", 8))
    return graph(traces, ("x", "f(x)"), xrange=[-3.2, 2.4], shapes=shapes)


def value_at(curve, x):
    """Linear between the samples of a record's picture, which include every breakpoint."""
    xs, fs = curve["x"], curve["f"]
    k = next(i for i in range(1, len(xs)) if xs[i] >= x)
    return fs[k - 1] + (fs[k] - fs[k - 1]) * (x - xs[k - 1]) / (xs[k] - xs[k - 1])


def radii(rows):
    """r_AB and r_BA of every pruned network, one row each."""
    names = [f"{name.removeprefix('vdp_')}: {facts['share'] * 100:.0f} %, {facts['schedule']}"
             for name, facts, _ in rows]
    traces = []
    for direction, colour in (("r_AB", "curve"), ("r_BA", "pair")):
        values = [record[direction]["radius"]["lower"] for _, _, record in rows]
        traces.append({"type": "scatter", "mode": "markers", "x": values, "y": names, "name": direction,
                       "marker": {"color": f"var(--{colour})", "size": 11},
                       "hovertemplate": f"%{{y}}<br>{direction} = %{{x:.6f}}<extra></extra>"})
    return {"traces": traces, "layout": {"xaxis": {"title": "radius"},
                                         "yaxis": {"autorange": "reversed", "nticks": 20}}}


def margin(record, label, by_index=False):
    """Radius against the step of an orbit or the value of a parameter."""
    points = [p for p in record["points"] if p["answer"]]
    x = [p["index"] if by_index else p["value"] for p in points]
    y = [p["answer"]["radius"]["lower"] for p in points]
    return graph([{"type": "scatter", "mode": "lines+markers", "x": x, "y": y, "name": "r",
                   "line": {"color": "var(--proved)", "width": 1.5}, "marker": {"color": "var(--proved)", "size": 5},
                   "hovertemplate": f"{label} %{{x:.4~g}}<br>r = %{{y:.6f}}<extra></extra>"}], (label, "radius r"))
