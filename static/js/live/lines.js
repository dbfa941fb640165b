/** A pasted list read as cards. Pure. */

/** How many cards one list may become. */
export const MOST_LINES = 200;

const BULLET = /^\s*(?:[-–—*•‣◦▪▫●○■□►»·>+]+|\[[ xX✓]?\]|[☐☑✓✔])\s+/u;
const NUMBER = /^\s*\(?(?:\d{1,3}(?:\.\d{1,2})*|[a-zA-Z]|[ivxIVX]{1,5})[.)]\s+/u;
const HEADING = /^\s*#{1,6}\s+/;

const folded = (text) => text.trim().toLocaleLowerCase("nl").normalize("NFD").replace(/\p{M}/gu, "");

/** Rows and cells of what a spreadsheet puts on the clipboard: tabs between cells, and quotes around a cell with line ends in it. */
export function rowsOf(text) {
  const rows = [];
  let row = [];
  let cell = "";
  let quoted = false;
  const source = text.replace(/\r\n?/g, "\n");
  for (let i = 0; i < source.length; i += 1) {
    const here = source[i];
    if (quoted) {
      if (here === '"' && source[i + 1] === '"') {
        cell += '"';
        i += 1;
      } else if (here === '"' && (i + 1 === source.length || source[i + 1] === "\t" || source[i + 1] === "\n")) quoted = false;
      else cell += here;
    } else if (here === '"' && cell === "" && closes(source, i + 1)) quoted = true;
    else if (here === "\t") {
      row.push(cell);
      cell = "";
    } else if (here === "\n") {
      rows.push([...row, cell]);
      row = [];
      cell = "";
    } else cell += here;
  }
  rows.push([...row, cell]);
  return rows;
}

/** Whether the quote that opens before `from` is one of a cell: it has an end, right before a tab, a line end or the end of all. */
function closes(source, from) {
  for (let i = from; i < source.length; i += 1) {
    if (source[i] !== '"') continue;
    if (source[i + 1] === '"') i += 1;
    else return i + 1 === source.length || source[i + 1] === "\t" || source[i + 1] === "\n";
  }
  return false;
}

/** The text without what made it an item of a list: bullets, numbers, boxes to tick. */
export function bare(line) {
  let text = line;
  for (const mark of [HEADING, BULLET, NUMBER, BULLET]) text = text.replace(mark, "");
  return text.replace(/[^\S\n]+/g, " ").trim();
}

/**
 * `{kind, text}` for each line with something in it. `names`: [word, kind] pairs in the page's language (one and many: "Knelpunt", "Knelpunten",
 * or a key: "K"). A line that is only such a word is a heading for what follows; "Knelpunt: …" and a cell with the word say it of one line.
 */
export function linesOf(text, names, kind, most = MOST_LINES) {
  const kinds = new Map(names.map(([name, one]) => [folded(name), one]));
  const found = [];
  let now = kind;
  for (const cells of rowsOf(text)) {
    const words = cells.map((cell) => bare(cell)).filter(Boolean);
    if (!words.length) continue;
    const heading = words.length === 1 && kinds.get(folded(words[0].replace(/:$/, "")));
    if (heading) {
      now = heading;
      continue;
    }
    const named = words.length > 1 ? words.findIndex((word) => kinds.has(folded(word))) : -1;
    const own = named === -1 ? null : kinds.get(folded(words[named]));
    let said = words.filter((_word, i) => i !== named).join(" · ");
    let which = own ?? now;
    const prefix = /^([^:\n]{1,24}):\s+(\S[\s\S]*)$/.exec(said);
    if (!own && prefix && kinds.has(folded(prefix[1]))) {
      which = kinds.get(folded(prefix[1]));
      said = prefix[2];
    }
    found.push({ kind: which, text: said });
    if (found.length === most) break;
  }
  return found;
}

/** Whether this is a list rather than a sentence: two lines or more with something in them. */
export function isList(text) {
  return rowsOf(text).filter((cells) => cells.some((cell) => cell.trim())).length > 1;
}
