/**
 * Browser script of a flame graph: details on hover, zoom on click, and search.
 *
 * @module
 */

/**
 * Source of the script, in plain JavaScript. It must not contain `]]>`, which ends a CDATA
 * section.
 */
export const FLAME_GRAPH_SCRIPT: string = `
(function () {
  var holder = document.getElementById("frames");
  var width = Number(holder.dataset.width), margin = Number(holder.dataset.margin);
  var character = Number(holder.dataset.character);
  var details = document.getElementById("details"), reset = document.getElementById("reset");
  var found = document.getElementById("found"), search = document.getElementById("search");
  var frames = Array.from(holder.querySelectorAll(".frame")).map(function (element) {
    return {
      element: element,
      rect: element.querySelector("rect"),
      text: element.querySelector("text"),
      title: element.querySelector("title").textContent,
      parts: [element.dataset.name, element.dataset.place, element.dataset.time],
      label: (element.dataset.name + " " + element.dataset.place).toLowerCase(),
      start: Number(element.dataset.start),
      size: Number(element.dataset.size),
      level: Number(element.dataset.level),
    };
  });

  function fit(parts, size) {
    var room = Math.floor((size - 8) / character), text = parts[0];
    if (text.length > room) return room < 3 ? "" : text.slice(0, room - 1) + "\\u2026";
    for (var i = 1; i < parts.length; i++) {
      if (parts[i] === "") continue;
      if (text.length + 2 + parts[i].length > room) break;
      text += "  " + parts[i];
    }
    return text;
  }

  function zoom(target) {
    var tiny = 1e-7, end = target.start + target.size;
    frames.forEach(function (frame) {
      var behind = frame.level < target.level;
      var inside = behind
        ? frame.start <= target.start + tiny && frame.start + frame.size >= end - tiny
        : frame.start >= target.start - tiny && frame.start + frame.size <= end + tiny;
      frame.element.style.display = inside ? "" : "none";
      frame.element.classList.toggle("behind", behind && inside);
      if (!inside) return;
      var x = behind ? 0 : (frame.start - target.start) / target.size * width;
      var size = behind ? width : frame.size / target.size * width;
      frame.rect.setAttribute("x", margin + x);
      frame.rect.setAttribute("width", size);
      frame.text.setAttribute("x", margin + x + 4);
      frame.text.textContent = fit(frame.parts, size);
    });
    reset.style.visibility = target.level > 0 ? "visible" : "hidden";
  }

  function mark() {
    var wanted = search.value.trim().toLowerCase(), end = -1, share = 0;
    var hits = frames.filter(function (frame) {
      var hit = wanted !== "" && frame.label.includes(wanted);
      frame.element.classList.toggle("found", hit);
      return hit;
    });
    hits.sort(function (a, b) { return a.start - b.start || b.size - a.size; });
    hits.forEach(function (frame) {
      if (frame.start < end - 1e-7) return;
      share += frame.size;
      end = frame.start + frame.size;
    });
    found.textContent = wanted === "" ? "" : "found: " + (100 * share).toFixed(1) + " %";
  }

  frames.forEach(function (frame) {
    frame.element.addEventListener("click", function () { zoom(frame); });
    frame.element.addEventListener("mouseover", function () {
      details.textContent = frame.title.replace("\\n", ": ");
    });
    frame.element.addEventListener("mouseout", function () { details.textContent = " "; });
  });
  reset.addEventListener("click", function () { zoom(frames[0]); });
  search.addEventListener("input", mark);
  document.addEventListener("keydown", function (event) {
    if (event.key === "Escape") { search.value = ""; mark(); zoom(frames[0]); }
  });
})();
`;
