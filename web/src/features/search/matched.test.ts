import { expect, it } from "vitest";
import { matched } from "./matched";

it("cuts out the met part, whatever its case", () => {
  expect(matched("600519.SH", "sh")).toEqual({ before: "600519.", met: "SH", after: "" });
  expect(matched("贵州茅台", "茅")).toEqual({ before: "贵州", met: "茅", after: "台" });
});

it("leaves the text whole when nothing is met", () => {
  expect(matched("贵州茅台", "gz")).toEqual({ before: "贵州茅台", met: "", after: "" });
  expect(matched("贵州茅台", "")).toEqual({ before: "贵州茅台", met: "", after: "" });
});
