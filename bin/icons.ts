/** Draws the icons of the door page from static/door.svg, for phones that take no drawing. Run by hand when it changes. */
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import sharp from 'sharp'

const folder = new URL('../static/', import.meta.url)
const drawn = readFileSync(new URL('door.svg', folder), 'utf8')
const square = drawn.replace(' rx="40"', '')
/** What a phone may cut away at the edges is ground; the door stands within. */
const inner = '<g transform="translate(96 96) scale(.72) translate(-96 -96)">'
const masked = square.replace(/(<rect[^>]*\/>)(.*)(<\/svg>)/s, `$1${inner}$2</g>$3`)

for (const [svg, size, name] of [
  [drawn, 192, 'door-192.png'],
  [drawn, 512, 'door-512.png'],
  [masked, 512, 'door-mask.png'],
  [square, 180, 'door-touch.png'],
] as const) {
  const image = sharp(Buffer.from(svg), { density: (72 * size) / 192 }).resize(size, size)
  await image.png({ palette: true, colours: 32, compressionLevel: 9 }).toFile(fileURLToPath(new URL(name, folder)))
}
