type Attributes = Readonly<Record<string, string>>;

/** Makes an element with classes, text or children; text is never parsed as HTML. */
export const element = (
  tag: keyof HTMLElementTagNameMap,
  attributes: Attributes,
  content: string | readonly Node[] = '',
): HTMLElement => {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
  if (typeof content === 'string') node.textContent = content;
  else node.append(...content);
  return node;
};

/** Touches the page only when there is something to change. */
export const setText = (node: Node, value: string): void => {
  if (node.textContent !== value) node.textContent = value;
};

export const byId = (id: string): HTMLElement => {
  const node = document.getElementById(id);
  if (node === null) throw new Error(`the page has no #${id}`);
  return node;
};
