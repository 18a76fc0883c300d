// Which part of a text a search met, for showing it.

export interface Parts {
  before: string;
  met: string;
  after: string;
}

export function matched(text: string, query: string): Parts {
  const at = query === "" ? -1 : text.toLowerCase().indexOf(query.toLowerCase());
  if (at < 0) return { before: text, met: "", after: "" };
  const end = at + query.length;
  return { before: text.slice(0, at), met: text.slice(at, end), after: text.slice(end) };
}
