// Each guard is proven by a planted violation.
import { describe, expect, it } from "vitest";
import { faults as bundleFaults, group } from "./check_bundle.mjs";
import { faults } from "./check_source.mjs";
import { packageFolder } from "./third_party_licenses.mjs";

const check = (files) => faults(new Map(Object.entries(files)));

describe("source guard", () => {
  it("passes imports down the ranks", () => {
    const files = {
      "lib/a.ts": 'export const a = 1;\nimport { b } from "./b";',
      "lib/b.ts": "",
      "ui/u.tsx": 'import { a } from "~/lib/a";\nimport { useState } from "react";',
      "app/m.tsx": 'import { P } from "~/features/stock/P";\nconst x = import("~/ui/u");',
      "features/stock/P.tsx": 'import "../stock/Q";',
      "features/stock/Q.tsx": "",
    };
    expect(check(files)).toEqual([]);
  });

  it("finds an import up the ranks, static or dynamic", () => {
    const text = "api must not import ui";
    expect(check({ "api/x.ts": 'import { u } from "~/ui/u";', "ui/u.tsx": "" })[0]).toContain(text);
    expect(check({ "api/x.ts": 'import("../ui/u")', "ui/u.tsx": "" })[0]).toContain(text);
  });

  it("finds one feature importing another", () => {
    const files = {
      "features/home/H.tsx": 'import { P } from "~/features/stock/P";',
      "features/stock/P.tsx": "",
    };
    expect(check(files)[0]).toContain("feature home must not import feature stock");
  });

  it("finds React below the user interface", () => {
    expect(check({ "lib/x.ts": 'import { useState } from "react";' })[0]).toContain("react");
  });

  it("finds a cycle and names it", () => {
    const files = {
      "lib/a.ts": 'import "./b";',
      "lib/b.ts": 'import "./c";',
      "lib/c.ts": 'import "./a";',
    };
    expect(check(files)).toEqual(["import cycle: lib/a.ts → lib/b.ts → lib/c.ts → lib/a.ts"]);
  });

  it("finds a folder without a rank and a colour outside the tokens", () => {
    expect(check({ "misc/x.ts": 'import "~/lib/y";', "lib/y.ts": "" })[0]).toContain("no rank");
    expect(check({ "ui/x.tsx": 'const red = "#c92a2a";' })[0]).toContain("ui/x.tsx:1: colour");
  });
});

describe("bundle budget", () => {
  const html =
    '<script src="/boot.js"></script><script src="/assets/i.js"></script><link href="/assets/s.css">';
  const names = [
    "boot.js",
    "assets/i.js",
    "assets/s.css",
    "assets/KlineChart-x.js",
    "assets/en.js",
  ];
  const sizes = group(html, names, (name) => (name === "assets/en.js" ? 9e9 : 50_000));

  it("counts the first view with its chart, not what comes later", () => {
    expect(sizes).toEqual({ initial: 150, chart: 50, style: 50 });
  });

  it("names what is over", () => {
    expect(bundleFaults(sizes, { initial: 150, chart: 50, style: 49 })).toEqual([
      "style: 50.0 kB gzip, budget 49 kB",
    ]);
  });
});

it("packageFolder finds scoped, plain and nested packages", () => {
  expect(packageFolder("/w/node_modules/@a/b/dist/x.js")).toBe("/w/node_modules/@a/b");
  expect(packageFolder("/w/node_modules/c/x.js?v=1")).toBe("/w/node_modules/c");
  expect(packageFolder("/w/node_modules/c/node_modules/d/x.js")).toBe(
    "/w/node_modules/c/node_modules/d",
  );
  expect(packageFolder("/w/src/x.ts")).toBeNull();
});
