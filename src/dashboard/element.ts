/** What an element may hold; what is null, undefined or false is left out. */
export type Child = Node | string | number | null | undefined | false;

/** Attributes by name; null, undefined and false are left out, true is the bare name. */
export type Attributes = Readonly<Record<string, string | number | boolean | null | undefined>>;

function isNothing(value: unknown): value is null | undefined | false {
  return value === null || value === undefined || value === false;
}

function append(parent: ParentNode, children: readonly Child[]): void {
  for (const child of children) {
    if (!isNothing(child)) parent.append(typeof child === 'number' ? String(child) : child);
  }
}

function furnish(made: Element, attributes: Attributes, children: readonly Child[]): void {
  for (const [name, value] of Object.entries(attributes)) {
    if (!isNothing(value)) made.setAttribute(name, value === true ? '' : String(value));
  }
  append(made, children);
}

/** Makes an HTML element; text is always text, never markup. */
export function element<Tag extends keyof HTMLElementTagNameMap>(
  tag: Tag,
  attributes: Attributes = {},
  ...children: readonly Child[]
): HTMLElementTagNameMap[Tag] {
  const made = document.createElement(tag);
  furnish(made, attributes, children);
  return made;
}

/** Makes an SVG element. Sizes and places are attributes: the page's policy allows no inline style. */
export function svg<Tag extends keyof SVGElementTagNameMap>(
  tag: Tag,
  attributes: Attributes = {},
  ...children: readonly Child[]
): SVGElementTagNameMap[Tag] {
  const made = document.createElementNS('http://www.w3.org/2000/svg', tag);
  furnish(made, attributes, children);
  return made;
}

/** Several nodes where one is wanted. */
export function fragment(...children: readonly Child[]): DocumentFragment {
  const made = document.createDocumentFragment();
  append(made, children);
  return made;
}
