// What imaging.prepare does to a photo, by sharp: same sizes, qualities and effort. argv: rounds, short side, files...
// Prints one line of JSON: {"1": [ms, ...], "2": [ms, ...]} by sharp's own threads per picture; four pictures at a time.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

const sharp = createRequire(`${process.cwd()}/`)("sharp");
const [rounds, side, quality512, quality256, effort] = process.argv.slice(2, 7).map(Number);
const files = process.argv.slice(7);
sharp.cache(false);

async function prepare(file) {
  const normal = await sharp(readFileSync(file), { failOn: "error" })
    .rotate()
    .resize(side, side, { fit: "outside", withoutEnlargement: true })
    .jpeg({ quality: 92 })
    .toBuffer();
  const small = (size, quality) => sharp(normal).resize(size, size, { fit: "inside" }).webp({ quality, effort }).toBuffer();
  await small(512, quality512);
  await small(256, quality256);
}

async function all() {
  const queue = [...files];
  const began = performance.now();
  await Promise.all(Array.from({ length: 4 }, async () => { while (queue.length) await prepare(queue.pop()); }));
  return performance.now() - began;
}

const found = {};
for (const threads of [1, 2]) {
  sharp.concurrency(threads);
  await all();
  found[threads] = [];
  for (let round = 0; round < rounds; round += 1) found[threads].push(await all());
}
console.log(JSON.stringify(found));
