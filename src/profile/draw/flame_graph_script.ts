/**
 * Browser script of a flame graph: details on hover, zoom on click, and search.
 *
 * @module
 */

/** Character that is twice as wide as others in a monospaced font. */
export const WIDE_CHARACTER: RegExp =
  /[\p{sc=Han}\p{sc=Hiragana}\p{sc=Katakana}\p{sc=Hangul}\u3000-\u303e\uff01-\uff60\p{Emoji_Presentation}]/u;

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
      parts: [element.dataset.name, element.dataset.place, element.dataset.time].filter(Boolean),
      label: (element.dataset.name + " " + element.dataset.place).toLowerCase(),
      start: Number(element.dataset.start),
      size: Number(element.dataset.size),
      level: Number(element.dataset.level),
    };
  });

  function cut(text, room) {
    var length = 0;
    for (var character of text) {
      room -= ${WIDE_CHARACTER}.test(character) ? 2 : 1;
      if (room < 0) return text.slice(0, length);
      length += character.length;
    }
    return text;
  }

  function fit(parts, size) {
    var room = Math.floor((size - 8) / character), text = parts[0];
    if (cut(text, room) !== text) return room < 3 ? "" : cut(text, room - 1) + "\\u2026";
    for (var i = 1; i < parts.length; i++) {
      var longer = text + "  " + parts[i];
      if (cut(longer, room) !== longer) break;
      text = longer;
    }
    return text;
  }

  function zoom(target) {
    var tiny = 1e-9, end = target.start + target.size;
    frames.forEach(function (frame) {
      var from = Math.max(frame.start, target.start);
      var to = Math.min(frame.start + frame.size, end);
      var inside = frame === target || to - from > tiny;
      frame.element.style.display = inside ? "" : "none";
      frame.element.classList.toggle("behind", inside && frame.level < target.level);
      if (!inside) return;
      var x = (from - target.start) / target.size * width;
      var size = (to - from) / target.size * width;
      frame.rect.setAttribute("x", margin + x);
      frame.rect.setAttribute("width", size > 3 ? size - 0.6 : size);
      frame.text.setAttribute("x", margin + x + 4);
      frame.text.textContent = fit(frame.parts, size);
    });
    reset.style.visibility = target.level > 0 ? "visible" : "hidden";
  }

  function mark() {
    var wanted = search.value.trim().toLowerCase(), end = 0, share = 0;
    var hits = frames.filter(function (frame) {
      var hit = wanted !== "" && frame.label.includes(wanted);
      frame.element.classList.toggle("found", hit);
      return hit;
    });
    holder.classList.toggle("searching", wanted !== "");
    hits.sort(function (a, b) { return a.start - b.start; });
    hits.forEach(function (frame) {
      var from = Math.max(frame.start, end), to = frame.start + frame.size;
      if (to <= from) return;
      share += to - from;
      end = to;
    });
    found.textContent = wanted === "" ? "" : "found: " + (100 * share).toFixed(1) + " %";
  }

  frames.forEach(function (frame) {
    frame.element.addEventListener("click", function () { zoom(frame); });
    frame.element.addEventListener("mouseover", function () {
      var lines = frame.title.split("\\n");
      var times = ": " + lines[1];
      details.textContent = fit([lines[0]], width - times.length * character) + times;
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
