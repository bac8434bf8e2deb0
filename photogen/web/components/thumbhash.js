// The blurred look of an opaque ThumbHash (base64). https://evanw.github.io/thumbhash/

// A small picture: {width, height, pixels: RGBA}; null when the hash is none.
function decode(text, aspect) {
  let bytes;
  try { bytes = Uint8Array.from(atob(text), (c) => c.charCodeAt(0)); } catch { return null; }
  if (bytes.length < 8) return null;
  const head = bytes[0] | (bytes[1] << 8) | (bytes[2] << 16);
  const shape = bytes[3] | (bytes[4] << 8);
  const wide = shape >> 15;
  const lx = Math.max(3, wide ? 7 : shape & 7);
  const ly = Math.max(3, wide ? shape & 7 : 7);
  const width = Math.max(4, Math.round(aspect > 1 ? 18 : 18 * aspect));
  const height = Math.max(4, Math.round(aspect > 1 ? 18 / aspect : 18));
  const across = cosines(width);
  const down = cosines(height);
  let nibble = 0;
  // One channel: the waves of a column are added up first, then those of the row.
  const channel = (mean, nx, ny, scale) => {
    const weights = [];
    for (let cy = 0; cy < ny; cy += 1) {
      weights.push(new Float32Array(nx));
      for (let cx = cy ? 0 : 1; cx * ny < nx * (ny - cy); cx += 1) {
        const value = (bytes[5 + (nibble >> 1)] >> ((nibble & 1) * 4)) & 15;
        nibble += 1;
        weights[cy][cx] = (value / 7.5 - 1) * scale;
      }
    }
    const values = new Float32Array(width * height);
    const row = new Float32Array(nx);
    for (let y = 0; y < height; y += 1) {
      row.fill(0);
      for (let cy = 0; cy < ny; cy += 1) for (let cx = 0; cx < nx; cx += 1) row[cx] += 2 * weights[cy][cx] * down[cy * height + y];
      for (let x = 0; x < width; x += 1) {
        let sum = mean;
        for (let cx = 0; cx < nx; cx += 1) sum += row[cx] * across[cx * width + x];
        values[y * width + x] = sum;
      }
    }
    return values;
  };
  const light = channel((head & 63) / 63, lx, ly, ((head >> 18) & 31) / 31);
  const yellow = channel(((head >> 6) & 63) / 31.5 - 1, 3, 3, (((shape >> 3) & 63) / 63) * 1.25);
  const reddish = channel(((head >> 12) & 63) / 31.5 - 1, 3, 3, (((shape >> 9) & 63) / 63) * 1.25);
  const pixels = new Uint8ClampedArray(4 * width * height);
  for (let i = 0; i < light.length; i += 1) {
    const blue = light[i] - (2 / 3) * yellow[i];
    const red = (3 * light[i] - blue + reddish[i]) / 2;
    pixels.set([red * 255, (red - reddish[i]) * 255, blue * 255, 255], 4 * i);
  }
  return { width, height, pixels };
}

const tables = new Map();

function cosines(length) {
  if (!tables.has(length)) tables.set(length, Float32Array.from({ length: 7 * length }, (_, i) => Math.cos((Math.PI / length) * ((i % length) + 0.5) * Math.floor(i / length))));
  return tables.get(length);
}

export function paintThumbHash(canvas, text, aspect) {
  const picture = decode(text, aspect);
  if (!picture) return;
  canvas.width = picture.width;
  canvas.height = picture.height;
  canvas.getContext("2d").putImageData(new ImageData(picture.pixels, picture.width, picture.height), 0, 0);
}

const MOST = 500;
const addresses = new Map();

// The same as the address of a picture (BMP): where many come and go, a canvas each costs ten times as much.
export function thumbHashUrl(text, aspect) {
  const key = `${text} ${aspect}`;
  let url = addresses.get(key);
  if (url === undefined) {
    if (addresses.size >= MOST) addresses.clear();
    const picture = decode(text, aspect);
    url = picture ? bitmap(picture) : "";
    addresses.set(key, url);
  }
  return url;
}

// Rows from the bottom up, blue before red, each filled up to four bytes.
function bitmap({ width, height, pixels }) {
  const stride = (3 * width + 3) & ~3;
  const file = new Uint8Array(54 + stride * height);
  const view = new DataView(file.buffer);
  file.set([66, 77]);
  for (const [at, value] of [[2, file.length], [10, 54], [14, 40], [18, width], [22, height], [34, stride * height]]) view.setUint32(at, value, true);
  view.setUint16(26, 1, true);
  view.setUint16(28, 24, true);
  for (let y = 0; y < height; y += 1) {
    for (let x = 0; x < width; x += 1) {
      const from = 4 * (y * width + x);
      const to = 54 + (height - 1 - y) * stride + 3 * x;
      file[to] = pixels[from + 2];
      file[to + 1] = pixels[from + 1];
      file[to + 2] = pixels[from];
    }
  }
  return `data:image/bmp;base64,${btoa(String.fromCharCode(...file))}`;
}
