// Paints the blurred look of an opaque ThumbHash (base64) onto a small canvas. https://evanw.github.io/thumbhash/
export function paintThumbHash(canvas, text, aspect) {
  let bytes;
  try { bytes = Uint8Array.from(atob(text), (c) => c.charCodeAt(0)); } catch { return; }
  if (bytes.length < 8) return;
  const head = bytes[0] | (bytes[1] << 8) | (bytes[2] << 16);
  const shape = bytes[3] | (bytes[4] << 8);
  const wide = shape >> 15;
  const lx = Math.max(3, wide ? 7 : shape & 7);
  const ly = Math.max(3, wide ? shape & 7 : 7);
  let nibble = 0;
  const waves = (nx, ny, scale) => {
    const found = [];
    for (let cy = 0; cy < ny; cy += 1) {
      for (let cx = cy ? 0 : 1; cx * ny < nx * (ny - cy); cx += 1) {
        const value = (bytes[5 + (nibble >> 1)] >> ((nibble & 1) * 4)) & 15;
        nibble += 1;
        found.push([cx, cy, (value / 7.5 - 1) * scale]);
      }
    }
    return found;
  };
  const channels = [
    [(head & 63) / 63, waves(lx, ly, ((head >> 18) & 31) / 31)],
    [((head >> 6) & 63) / 31.5 - 1, waves(3, 3, (((shape >> 3) & 63) / 63) * 1.25)],
    [((head >> 12) & 63) / 31.5 - 1, waves(3, 3, (((shape >> 9) & 63) / 63) * 1.25)],
  ];
  const width = Math.max(4, Math.round(aspect > 1 ? 18 : 18 * aspect));
  const height = Math.max(4, Math.round(aspect > 1 ? 18 / aspect : 18));
  canvas.width = width;
  canvas.height = height;
  const across = Array.from({ length: 7 }, (_, cx) => Float64Array.from({ length: width }, (__, x) => Math.cos((Math.PI / width) * (x + 0.5) * cx)));
  const down = Array.from({ length: 7 }, (_, cy) => Float64Array.from({ length: height }, (__, y) => 2 * Math.cos((Math.PI / height) * (y + 0.5) * cy)));
  const value = ([mean, list], x, y) => {
    let sum = mean;
    for (const [cx, cy, weight] of list) sum += weight * across[cx][x] * down[cy][y];
    return sum;
  };
  const pixels = new ImageData(width, height);
  for (let y = 0, i = 0; y < height; y += 1) {
    for (let x = 0; x < width; x += 1, i += 4) {
      const [l, p, q] = [value(channels[0], x, y), value(channels[1], x, y), value(channels[2], x, y)];
      const blue = l - (2 / 3) * p;
      const red = (3 * l - blue + q) / 2;
      pixels.data[i] = red * 255;
      pixels.data[i + 1] = (red - q) * 255;
      pixels.data[i + 2] = blue * 255;
      pixels.data[i + 3] = 255;
    }
  }
  canvas.getContext("2d").putImageData(pixels, 0, 0);
}
