// Bundles src/ into explorer.js and served.js and gathers the licences of what it bundles. Same sources, same bytes.
import { readFileSync, writeFileSync } from "node:fs";
import { build } from "esbuild";

const bundled = [
  ["sigma", "LICENSE.txt"],
  ["graphology", "LICENSE.txt"],
  ["graphology-utils", "LICENSE.txt"],
  ["events", "LICENSE"],
];

const notices = bundled.map(([name, file]) => {
  const { version, license } = JSON.parse(readFileSync(`node_modules/${name}/package.json`, "utf8"));
  const text = readFileSync(`node_modules/${name}/${file}`, "utf8").replace(/\r\n?/g, "\n").trim();
  return `${name} ${version} (${license})\n\n${text}`;
});
const notice = `The explorer page contains these libraries:\n\n${notices.join("\n\n---\n\n")}\n`;
writeFileSync("LICENSE-THIRD-PARTY.txt", notice);

for (const [source, name] of [["src/offline.ts", "explorer.js"], ["src/served.ts", "served.js"]]) {
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
  });
  const code = result.outputFiles[0].text;
  // The page on disk embeds this text in a script element, which these would end or upset.
  if (/<\/script|<!--/i.test(code)) throw new Error(`${name} may not contain </script or <!--`);
  writeFileSync(name, code);
  console.log(`${name} ${(code.length / 1024).toFixed(0)} kB`);
}
