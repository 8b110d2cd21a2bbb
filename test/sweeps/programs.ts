import { survivesAnything } from '../runtime/programs/survives.ts';

/* npm run sweep:programs [cases]: random programs, orders and crashes, many more than the tests have time for. */
const cases = Number(process.argv[2] ?? 10_000);
const { lives, interrupted } = await survivesAnything(cases);
console.log(`${cases} programs came to the same; ${interrupted} of them were interrupted, in ${lives} lives of the process`);
