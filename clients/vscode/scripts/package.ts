/** Writes `dist/raidkeep.vsix`, which VS Code installs from a file. */
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { strToU8, zipSync, type Zippable } from "fflate";

const root = dirname(dirname(fileURLToPath(import.meta.url)));

/** The files of the extension besides its program and its manifest. */
const FILES = ["LICENSE", "README.md", "language-configuration.json", "syntaxes/ron.tmLanguage.json"];

/** The same archive for the same sources. */
const MADE_AT = "1980-01-01T00:00:00";

interface Manifest {
  name: string;
  publisher: string;
  version: string;
  displayName: string;
  description: string;
  engines: { vscode: string };
  categories: string[];
}

const manifest = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as Manifest;

await build({
  absWorkingDir: root,
  entryPoints: ["src/extension.ts"],
  outfile: "dist/extension.cjs",
  bundle: true,
  minify: true,
  platform: "node",
  format: "cjs",
  target: "node20",
  external: ["vscode"],
  legalComments: "inline",
});

const files: Zippable = {
  "extension.vsixmanifest": strToU8(vsixManifest(manifest)),
  "[Content_Types].xml": strToU8(contentTypes()),
  "extension/package.json": strToU8(`${JSON.stringify(shipped(manifest), null, 2)}\n`),
  "extension/dist/extension.cjs": readFileSync(join(root, "dist/extension.cjs")),
};
for (const file of FILES) files[`extension/${file}`] = readFileSync(join(root, file));

mkdirSync(join(root, "dist"), { recursive: true });
const target = join(root, "dist/raidkeep.vsix");
writeFileSync(target, zipSync(files, { mtime: MADE_AT, level: 9 }));
console.log(`${target}: code --install-extension ${target}`);

/** The manifest without what only the build needs. */
function shipped(all: Manifest): Record<string, unknown> {
  return Object.fromEntries(Object.entries(all).filter(([key]) => key !== "scripts" && key !== "devDependencies"));
}

function vsixManifest({ name, publisher, version, displayName, description, engines, categories }: Manifest): string {
  return `<?xml version="1.0" encoding="utf-8"?>
<PackageManifest Version="2.0.0" xmlns="http://schemas.microsoft.com/developer/vsx-schema/2011" xmlns:d="http://schemas.microsoft.com/developer/vsx-schema-design/2011">
  <Metadata>
    <Identity Language="en-US" Id="${escaped(name)}" Version="${escaped(version)}" Publisher="${escaped(publisher)}"/>
    <DisplayName>${escaped(displayName)}</DisplayName>
    <Description xml:space="preserve">${escaped(description)}</Description>
    <Categories>${escaped(categories.join(","))}</Categories>
    <License>extension/LICENSE</License>
    <Properties>
      <Property Id="Microsoft.VisualStudio.Code.Engine" Value="${escaped(engines.vscode)}"/>
      <Property Id="Microsoft.VisualStudio.Code.ExtensionKind" Value="workspace"/>
    </Properties>
  </Metadata>
  <Installation>
    <InstallationTarget Id="Microsoft.VisualStudio.Code"/>
  </Installation>
  <Dependencies/>
  <Assets>
    <Asset Type="Microsoft.VisualStudio.Code.Manifest" Path="extension/package.json" Addressable="true"/>
    <Asset Type="Microsoft.VisualStudio.Services.Content.Details" Path="extension/README.md" Addressable="true"/>
    <Asset Type="Microsoft.VisualStudio.Services.Content.License" Path="extension/LICENSE" Addressable="true"/>
  </Assets>
</PackageManifest>
`;
}

function contentTypes(): string {
  const types = {
    json: "application/json",
    cjs: "application/javascript",
    md: "text/markdown",
    vsixmanifest: "text/xml",
  };
  const defaults = Object.entries(types).map(([end, type]) => `<Default Extension=".${end}" ContentType="${type}"/>`);
  const license = '<Override PartName="/extension/LICENSE" ContentType="text/plain"/>';
  const inner = [...defaults, license].join("");
  return `<?xml version="1.0" encoding="utf-8"?>\n<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">${inner}</Types>\n`;
}

function escaped(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll('"', "&quot;");
}
