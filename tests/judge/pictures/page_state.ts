/**
 * State of a flame graph in a browser.
 *
 * @module
 */
/// <reference lib="dom" />
/// <reference lib="dom.iterable" />

/** Frame as a reader sees it. */
export interface SeenFrame {
  /** First part of the label, in full. */
  readonly name: string;
  /** Tooltip. */
  readonly title: string;
  /** Label, as far as it fits. */
  readonly label: string;
  /** Row, from 0. */
  readonly level: number;
  /** Start as a share of the whole picture. */
  readonly start: number;
  /** False if zooming hides it. */
  readonly shown: boolean;
  /** True if the search found it. */
  readonly found: boolean;
  /** Left border, in units of the picture. */
  readonly x: number;
  /** Width, in units of the picture. */
  readonly width: number;
  /** Width of the label, in units of the picture. */
  readonly labelWidth: number;
}

/** Picture as a reader sees it. */
export interface SeenPicture {
  /** Frames, in the order of the file. */
  readonly frames: readonly SeenFrame[];
  /** Text of the line below the frames. */
  readonly details: string;
  /** Text beside the search. */
  readonly foundText: string;
  /** True if the zoom can be reset. */
  readonly canReset: boolean;
  /** Pairs of texts of the heading that overlap, or that are outside the picture. */
  readonly overlaps: readonly string[];
}

/** Reads the state of the picture. Runs in the page, so it may use nothing from outside. */
export function seePicture(): SeenPicture {
  const byId = (id: string) => document.getElementById(id)!;
  const frames = [...document.querySelectorAll<SVGGElement>(".frame")].map((element) => {
    const { dataset } = element;
    const [rect, text] = [element.querySelector("rect")!, element.querySelector("text")!];
    const shown = element.style.display !== "none";
    return {
      name: dataset.name!,
      title: element.querySelector("title")!.textContent!,
      label: text.textContent!,
      level: Number(dataset.level),
      start: Number(dataset.start),
      shown,
      found: element.classList.contains("found"),
      x: Number(rect.getAttribute("x")),
      width: Number(rect.getAttribute("width")),
      labelWidth: shown && text.textContent !== "" ? text.getComputedTextLength() : 0,
    };
  });
  const picture = document.documentElement.getBoundingClientRect();
  const heading = [...document.querySelectorAll("svg > text, foreignObject")].map((element) => {
    return { text: element.textContent!.slice(0, 40), box: element.getBoundingClientRect() };
  }).filter(({ box }) => box.width > 0);
  const overlaps = heading.flatMap(({ text, box }, index) => [
    ...(box.right > picture.right + 1 ? [`${text} | the border`] : []),
    ...heading.slice(index + 1).filter((other) =>
      other.box.left < box.right - 1 && other.box.right > box.left + 1 &&
      other.box.top < box.bottom - 3 && other.box.bottom > box.top + 3
    ).map((other) => `${text} | ${other.text}`),
  ]);
  return {
    frames,
    details: byId("details").textContent!,
    foundText: byId("found").textContent!,
    canReset: getComputedStyle(byId("reset")).visibility === "visible",
    overlaps,
  };
}

/** Scrolls to a frame, and returns its centre on the screen. Runs in the page. */
export function locateFrame(index: number): [x: number, y: number] {
  const rect = document.querySelectorAll(".frame")[index]!.querySelector("rect")!;
  rect.scrollIntoView({ block: "nearest" });
  const { x, y, width, height } = rect.getBoundingClientRect();
  return [x + width / 2, y + height / 2];
}
