/** 走访 集中听: words of the door and of the gathering. */
export const visits = {} as const
