// Bundles src/ into explorer.js and served.js and gathers the licences of what it bundles. Same sources, same bytes.
import { readFileSync, writeFileSync } from "node:fs";
import { build } from "esbuild";

const onDisk = [
  ["sigma", "LICENSE.txt"],
  ["graphology", "LICENSE.txt"],
  ["graphology-utils", "LICENSE.txt"],
  ["events", "LICENSE"],
];
const served = [
  ...onDisk,
  ...["commands", "language", "legacy-modes", "lint", "state", "streamparser", "view"].map((name) => [`@codemirror/${name}`, "LICENSE"]),
  ...["@lezer/common", "@lezer/highlight", "@marijn/find-cluster-break", "crelt", "style-mod", "w3c-keyname"].map((name) => [name, "LICENSE"]),
];

function noticeOf(bundled) {
  const notices = bundled.map(([name, file]) => {
    const { version, license } = JSON.parse(readFileSync(`node_modules/${name}/package.json`, "utf8"));
    const text = readFileSync(`node_modules/${name}/${file}`, "utf8").replace(/\r\n?/g, "\n").trim();
    return `${name} ${version} (${license})\n\n${text}`;
  });
  return `The explorer page contains these libraries:\n\n${notices.join("\n\n---\n\n")}\n`;
}

for (const [source, name, bundled] of [["src/offline.ts", "explorer", onDisk], ["src/served.ts", "served", served]]) {
  const notice = noticeOf(bundled);
  const result = await build({
    entryPoints: [source],
    bundle: true,
    minify: true,
    format: "iife",
    target: ["es2022"],
    charset: "ascii",
    legalComments: "none",
    banner: { js: `/*\n${notice.replaceAll("*/", "* /")}*/` },
    write: false,
    metafile: true,
  });
  const packages = Object.keys(result.metafile.inputs).flatMap((path) => /node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(path)?.[1] ?? []);
  for (const used of new Set(packages))
    if (!bundled.some(([listed]) => listed === used)) throw new Error(`${name}.js contains ${used}, whose licence is not listed`);
  const code = result.outputFiles[0].text;
  // The page on disk embeds this text in a script element, which these would end or upset.
  if (/<\/script|<!--/i.test(code)) throw new Error(`${name}.js may not contain </script or <!--`);
  writeFileSync(`${name}.js`, code);
  console.log(`${name}.js ${(code.length / 1024).toFixed(0)} kB`);
  if (bundled === onDisk) writeFileSync("LICENSE-THIRD-PARTY.txt", notice);
  else writeFileSync("LICENSE-THIRD-PARTY-SERVED.txt", notice);
}
