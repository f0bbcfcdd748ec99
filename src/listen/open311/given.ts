/** What a request says beside its words, read alike whether it was posted to us or fetched by us. Null: it is not readable. Pure. */

/** Where it is on a map, for the desk; '' where the request does not say. */
export function pointIn({ lat = '', long = '' }: Record<string, string>): string | null {
  if (lat === '' && long === '') return ''
  const degrees = (text: string, most: number) =>
    /^-?\d{1,3}(?:\.\d{1,20})?$/.test(text) && Math.abs(Number(text)) <= most
  // Seven places are a finger's breadth; more is how machines write numbers.
  const plain = (text: string) => String(Number(Number(text).toFixed(7)))
  return degrees(lat, 90) && degrees(long, 180) ? `${plain(lat)}, ${plain(long)}` : null
}

/** A picture as a link for the desk: fetching whatever a stranger names is no business of ours (and photos can be sent to us). */
export function linkIn({ media_url: link = '' }: Record<string, string>): string | null {
  if (link === '') return ''
  const url = URL.canParse(link) ? new URL(link) : null
  const fits = url?.protocol === 'https:' && !url.username && !url.password && url.href.length <= 500
  return fits ? url.href : null
}
