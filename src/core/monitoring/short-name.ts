/** A name of at most so many characters, as people count them, its end left out where it is longer. */
export function shortName(name: string, most: number): string {
  if (name.length <= most) return name;
  const characters = Array.from(new Intl.Segmenter().segment(name), ({ segment }) => segment);
  return characters.length <= most ? name : `${characters.slice(0, most - 1).join('')}…`;
}
