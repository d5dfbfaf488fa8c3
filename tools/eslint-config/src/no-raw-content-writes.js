/**
 * Content is written by `@waybill/common` only: a plain `FileHandle.write` reports success on a short write when the
 * disk fills, and nothing else syncs the directory. See docs/decisions/2026-11-21-own-durable-writer.md.
 */
const FS_MODULES = new Set(['fs', 'node:fs', 'fs/promises', 'node:fs/promises']);
const FS_WRITES = new Set([
  ...['write', 'writeSync', 'writev', 'writevSync', 'writeFile', 'writeFileSync', 'appendFile', 'appendFileSync'],
  ...['createWriteStream', 'copyFile', 'copyFileSync', 'cp', 'cpSync'],
]);
const HANDLE_WRITES = new Set(['write', 'writev', 'writeFile', 'appendFile', 'createWriteStream']);

/** The module that a local name was imported from as a whole (`import fs`, `import * as fs`, `{ promises }`). */
function wholeModuleImports(program) {
  const names = new Set();
  for (const node of program.body) {
    if (node.type !== 'ImportDeclaration' || !FS_MODULES.has(node.source.value)) continue;
    for (const specifier of node.specifiers) {
      const whole = specifier.type !== 'ImportSpecifier' || specifier.imported.name === 'promises';
      if (whole) names.add(specifier.local.name);
    }
  }
  return names;
}

function rootName(node) {
  let current = node;
  while (current.type === 'MemberExpression') current = current.object;
  return current.type === 'Identifier' ? current.name : undefined;
}

function isFileHandle(services, node) {
  const type = services.getTypeAtLocation(node);
  const parts = type.isUnion() ? type.types : [type];
  return parts.some((part) => (part.aliasSymbol ?? part.getSymbol())?.getName() === 'FileHandle');
}

/** @type {import('eslint').Rule.RuleModule} */
export const noRawContentWrites = {
  meta: {
    type: 'problem',
    docs: { description: 'Content is written through @waybill/common only.' },
    schema: [],
    messages: { raw: '`{{name}}` writes content without a check: use writeAll or writeFileAtomic of @waybill/common.' },
  },
  create(context) {
    const services = context.sourceCode.parserServices;
    const typed = services?.getTypeAtLocation !== undefined;
    const modules = wholeModuleImports(context.sourceCode.ast);
    const report = (node, name) => context.report({ node, messageId: 'raw', data: { name } });
    return {
      ImportSpecifier(node) {
        const declaration = node.parent;
        if (FS_MODULES.has(declaration.source.value) && FS_WRITES.has(node.imported.name))
          report(node, node.imported.name);
      },
      MemberExpression(node) {
        if (node.property.type !== 'Identifier' || node.computed) return;
        const name = node.property.name;
        const viaModule = FS_WRITES.has(name) && modules.has(rootName(node.object));
        const viaHandle = typed && HANDLE_WRITES.has(name) && isFileHandle(services, node.object);
        if (viaModule || viaHandle) report(node, name);
      },
    };
  },
};
