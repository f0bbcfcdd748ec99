/** 选票送达 — what became of a ballot paper (domain 3.6: delivered and silent is not taking part). Pure. */

/** Into the owner's hands, into the letterbox, sent; or nobody was found. The last one recorded is what counts. */
export const ways = ['handed', 'letterbox', 'sent', 'notFound'] as const
export type Way = (typeof ways)[number]
