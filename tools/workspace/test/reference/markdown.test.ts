import { describe, expect, it } from 'vitest';
import { manPages } from '../../src/reference/man-page.ts';
import { formatReference } from '../../src/reference/markdown.ts';
import { sampleProgram } from './sample-program.ts';

describe('formatReference', () => {
  const text = formatReference(sampleProgram);

  it('has flags, meaning, default, variables and key of each option', () => {
    expect(text).toContain('| `--port PORT`, `-p` | where to listen | `8000` | `WAYBILL_SAMPLE_PORT` | `port` |');
  });

  it('shows how a switch that is on is switched off, and no default of one that is off', () => {
    expect(text).toContain('| `--cache`, `--no-cache` | remember |');
    expect(text).toContain('| `--force` | a \\| b &lt;c&gt; |  |');
  });

  it('leaves out what is hidden', () => {
    expect(text).not.toContain('secretCommand');
    expect(text).not.toContain('--old-name');
  });

  it('tells a secret to come from a file', () => {
    expect(text).toContain('secret: better from the file that `WAYBILL_SAMPLE_TOKEN_FILE` names');
  });

  it('lists exit codes and examples', () => {
    expect(text).toContain('| 3 | incomplete |');
    expect(text).toContain('# as it is\nwaybill-sample serve a b --port 1');
  });
});

describe('manPages', () => {
  const pages = manPages(sampleProgram);

  it('makes one page for the program and one for each command that is shown', () => {
    expect([...pages.keys()]).toEqual(['waybill-sample.1', 'waybill-sample-serve.1']);
  });

  it('escapes what roff would take for its own', () => {
    const page = pages.get('waybill-sample-serve.1') ?? '';
    expect(page).toContain(String.raw`\fB\-\-port\fR, \fB\-p\fR \fIPORT\fR`);
    expect(page).toContain(String.raw`\&.hidden files \e too`);
    expect(page).toContain(String.raw`\fB\-\-cache\fR, \fB\-\-no\-cache\fR`);
  });
});
