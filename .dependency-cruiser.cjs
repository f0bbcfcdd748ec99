/** The import graph is the funnel: people → listen → agenda → vote → resolve → board. Later stages may look back; earlier ones never look ahead. */
const stages = ['people', 'listen', 'agenda', 'vote', 'resolve', 'board']
const neverLooksAhead = stages.slice(0, -1).map((stage, at) => ({
  name: `${stage}-never-looks-ahead`,
  severity: 'error',
  from: { path: `^src/${stage}/` },
  to: { path: `^src/(${stages.slice(at + 1).join('|')})/` },
}))

module.exports = {
  forbidden: [
    ...neverLooksAhead,
    { name: 'lib-knows-no-neighbourhood', severity: 'error', from: { path: '^src/lib/' }, to: { path: `^src/(${stages.join('|')})/` } },
    { name: 'rules-are-pure', severity: 'error', from: { path: '/rules(\\.ts$|/)' }, to: { pathNot: ['/rules(\\.ts$|/)', '^src/lib/(i18n|calendar)\\.ts$', '^src/messages/', '(^|/)csv-parse/', '^(node:)?crypto$'] } },
    { name: 'store-knows-no-http', severity: 'error', from: { path: '/store\\.ts$' }, to: { path: ['^src/lib/http/', '/routes\\.ts$', '^node_modules/(fastify|eta)'] } },
    { name: 'slices-meet-through-stores', severity: 'error', from: { path: '^src/([^/]+)/([^/]+)/' }, to: { path: '/routes\\.ts$', pathNot: '^src/$1/$2/' } },
    { name: 'no-cycles', severity: 'error', from: {}, to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } } },
  ],
  options: { tsPreCompilationDeps: true, tsConfig: { fileName: 'tsconfig.json' }, doNotFollow: { path: 'node_modules' } },
}
