/** A name of at most so many characters, its end left out where it is longer. */
export function shortName(name: string, most: number): string {
  if (name.length <= most) return name;
  const characters = [...name];
  return characters.length <= most ? name : `${characters.slice(0, most - 1).join('')}…`;
}
