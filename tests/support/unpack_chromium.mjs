// Unpacks the Chromium of the npm package (compressed with brotli) into the folder given, with the libraries and the type
// faces that a bare machine lacks. Called by prepare.py: Python has no brotli of its own.
import { spawnSync } from "node:child_process";
import { chmodSync, createReadStream, createWriteStream, mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";
import { createBrotliDecompress } from "node:zlib";

const [source, target] = process.argv.slice(2);

async function decompress(name, to) {
  await pipeline(createReadStream(join(source, name)), createBrotliDecompress(), createWriteStream(to));
}

async function untar(name, folder) {
  mkdirSync(folder, { recursive: true });
  const archive = join(target, name.replace(".br", ""));
  await decompress(name, archive);
  const done = spawnSync("tar", ["-xf", archive, "-C", folder], { encoding: "utf8" });
  if (done.status !== 0) throw new Error(`${name}: ${done.stderr}`);
  rmSync(archive);
}

mkdirSync(target, { recursive: true });
await untar("al2023.tar.br", join(target, "libraries"));
await untar("fonts.tar.br", join(target, "faces"));
await untar("swiftshader.tar.br", target);
await decompress("chromium.br", join(target, "chromium"));
chmodSync(join(target, "chromium"), 0o755);
