/** Takes items from a source before they are asked for, so that reading goes on while one is used. */
export async function* readAhead<T>(source: AsyncGenerator<T>, ahead: number): AsyncGenerator<T> {
  const coming: Promise<IteratorResult<T, unknown>>[] = [];
  const ask = (): void => {
    const next = source.next();
    // Its failure is told when its turn comes.
    next.catch(() => undefined);
    coming.push(next);
  };
  try {
    for (let i = 0; i < ahead; i += 1) ask();
    for (let next = await coming.shift(); next?.done === false; next = await coming.shift()) {
      ask();
      yield next.value;
    }
  } finally {
    await source.return(undefined).catch(() => undefined);
  }
}
