"""The style sheet of a page: light, dark, narrow and printed."""

# Long rules go on in the next line after a backslash.
STYLE = """
:root { color-scheme: light dark; --paper: #fff; --ink: #1b1b1f; --faint: #5f6168; --rule: #d9dae0; \
--tint: 75%; --shade: 88%; --strong: 34%; }
@media (prefers-color-scheme: dark) {
  :root { --paper: #17181c; --ink: #e6e6ea; --faint: #a0a2ab; --rule: #3a3c44; \
--tint: 45%; --shade: 25%; --strong: 76%; }
}
body { margin: 0 auto; padding: 0 1.25rem 3rem; max-width: 46rem; background: var(--paper); color: var(--ink);
  font: 1.0625rem/1.75 Georgia, "Noto Serif", "DejaVu Serif", serif; overflow-wrap: anywhere; }
header { position: sticky; top: 0; z-index: 1; margin-bottom: 1.2rem; padding: .6rem 0; background: var(--paper); \
border-bottom: 1px solid var(--rule); }
header, mark b, h2, table, footer { font-family: system-ui, "Segoe UI", Roboto, "DejaVu Sans", sans-serif; }
header label, header nav { margin-right: 1.1rem; white-space: nowrap; font-size: .9rem; }
header label { cursor: pointer; } header div { font-size: .8rem; color: var(--faint); }
header nav { float: right; margin: 0; } header nav a + a { display: none; }
body:has(#files) header nav a + a { display: inline; margin-left: .8rem; }
a { color: inherit; text-decoration: underline dotted var(--faint) 1px; text-underline-offset: .2em; }
mark a { text-decoration: none; } a:hover { text-decoration: underline; }
h2 { margin: 2rem 0 .5rem; font-size: 1rem; color: var(--faint); }
p { margin: 0 0 .8rem; white-space: pre-wrap; }
mark, tr, h2 { scroll-margin-top: 7rem; } :target { outline: 2px solid var(--ink); outline-offset: 1px; }
mark { padding: .1em .25em; border-radius: .3em; color: inherit; background: hsl(var(--hue) var(--tint) var(--shade));
  border-bottom: 2px solid hsl(var(--hue) 60% var(--strong));
  -webkit-box-decoration-break: clone; box-decoration-break: clone; \
-webkit-print-color-adjust: exact; print-color-adjust: exact; }
mark b { margin-left: .4em; font-size: .62em; font-weight: 600; letter-spacing: .04em; vertical-align: .15em;
  color: hsl(var(--hue) 60% var(--strong)); user-select: none; }
.code { font: .7em ui-monospace, "DejaVu Sans Mono", monospace; color: var(--faint); unicode-bidi: isolate; }
section { columns: 2; column-gap: 2.5rem; }
table { width: 100%; margin-bottom: 1.5rem; border-collapse: collapse; font-size: .9rem; line-height: 1.5; }
caption { text-align: left; break-after: avoid; } tr { break-inside: avoid; } h2 { break-after: avoid; }
summary { margin: -1rem 0 1.5rem; font: .9rem system-ui, sans-serif; color: var(--faint); cursor: pointer; }
td small { margin-left: .6em; color: var(--faint); } td { border-top: 1px solid var(--rule); vertical-align: top; }
td + td { width: 4em; text-align: right; font-variant-numeric: tabular-nums; color: var(--faint); }
footer { margin-top: 2rem; font-size: .85rem; color: var(--faint); }
@media (max-width: 40rem) { section { columns: 1; } header { position: static; } \
mark, tr, h2 { scroll-margin-top: 1rem; } }
@media print { :root { --paper: #fff; --ink: #000; --faint: #444; --rule: #bbb; \
--tint: 75%; --shade: 90%; --strong: 30%; }
  body { max-width: none; padding: 0; font-size: 10.5pt; }
  header { position: static; } header input, header nav, header div, details { display: none; }
  a { text-decoration: none; } td small { display: none; } :target { outline: none; } p { orphans: 2; widows: 2; } }
"""
