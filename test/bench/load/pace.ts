// A thing done so many times, at a rate that is held whatever the things cost; what is late is made up for.
const TICK_MS = 2;

export function pace(rate: number, count: number, act: (index: number) => void): Promise<void> {
  return new Promise((resolve) => {
    const began = performance.now();
    let done = 0;
    const timer = setInterval(() => {
      const due = Math.min(count, Math.floor(((performance.now() - began) / 1000) * rate));
      while (done < due) act(done++);
      if (done < count) return;
      clearInterval(timer);
      resolve();
    }, TICK_MS);
  });
}
