// Is this text well-formed XML, and what is in it? A small strict parser for the pictures we write: elements,
// attributes, text and the five named entities; anything else is an error.

export interface XmlElement {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly children: readonly XmlElement[];
  /** Text directly inside, entities decoded. */
  readonly text: string;
}

const ENTITIES: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };

export function parseXml(source: string): XmlElement {
  let at = 0;
  const fail = (why: string): never => {
    throw new Error(`${why} at character ${at}: ${source.slice(at, at + 40)}`);
  };
  const match = (pattern: RegExp): string | null => {
    const found = new RegExp(pattern, 'y');
    found.lastIndex = at;
    const text = found.exec(source)?.[0] ?? null;
    if (text !== null) at += text.length;
    return text;
  };
  const decode = (text: string): string =>
    text.replace(/&([^;]*;?)/g, (_, name: string) => ENTITIES[name.replace(';', '')] ?? fail(`unknown entity &${name}`));
  const parseElement = (): XmlElement => {
    if (!match(/</)) fail('expected <');
    const name = match(/[a-zA-Z][\w:-]*/) ?? fail('expected a name');
    const attributes: Record<string, string> = {};
    while (match(/\s+(?=[a-zA-Z])/)) {
      const key = match(/[a-zA-Z][\w:-]*/) ?? fail('expected an attribute');
      if (key in attributes) fail(`attribute ${key} twice`);
      const value = match(/="[^"<]*"/) ?? fail(`expected a quoted value of ${key}`);
      attributes[key] = decode(value.slice(2, -1));
    }
    const children: XmlElement[] = [];
    let text = '';
    if (match(/\/>/)) return { name, attributes, children, text };
    if (!match(/>/)) fail('expected >');
    for (;;) {
      text += decode(match(/[^<]+/) ?? '');
      if (match(/<\//)) break;
      children.push(parseElement());
    }
    if (match(/[a-zA-Z][\w:-]*/) !== name) fail(`expected </${name}>`);
    if (!match(/>/)) fail('expected >');
    return { name, attributes, children, text };
  };
  const root = parseElement();
  match(/\s*/);
  if (at !== source.length) fail('more than one root');
  return root;
}

/** All elements of a name, depth first. */
export function elementsOf(root: XmlElement, name: string): XmlElement[] {
  return [...(root.name === name ? [root] : []), ...root.children.flatMap((child) => elementsOf(child, name))];
}

/** The text of a direct `<title>` child. */
export function titleOf(element: XmlElement): string | undefined {
  return element.children.find((child) => child.name === 'title')?.text;
}

/** What each `<text>` of a picture says. */
export function wordsOf(root: XmlElement): string[] {
  return elementsOf(root, 'text').map(({ text }) => text);
}
