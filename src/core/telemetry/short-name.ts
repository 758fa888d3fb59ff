/** A name of at most so many characters, as people count them, its end left out where it is longer. */
export function shortName(name: string, most: number): string {
  if (name.length <= most) return name;
  let [count, kept] = [0, ''];
  for (const { segment } of new Intl.Segmenter().segment(name)) {
    count += 1;
    if (count > most) return `${kept}…`;
    if (count < most) kept += segment;
  }
  return name;
}
