const twoPartSurnames = /^(?:欧阳|上官|司马|诸葛|司徒|东方|皇甫|尉迟|公孙|慕容|令狐|宇文|长孙|夏侯)/

/** How a customer may know an engineer: 王师傅; the first name where names are written in other letters. Pure. */
export function calledBy(name: string): string {
  if (!/^\p{Script=Han}/u.test(name)) return name.split(/\s+/, 1)[0]!
  const surname = twoPartSurnames.exec(name)?.[0] ?? [...name][0]!
  return `${surname}师傅`
}
