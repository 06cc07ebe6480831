/** Files that need other numbers than example-numbers.ts lets pass, and why. `numbers` left out: the file is about them. */
export const SHOWN: readonly { readonly file: string; readonly why: string; readonly numbers?: readonly string[] }[] = [
  { file: 'test/phone/reserved.test.ts', why: 'proves where the reserved ranges end, so it names their neighbours' },
  {
    file: 'test/phone/countries.test.ts',
    why: 'examples of the numbering plans themselves: Ivory Coast before and after 2021, San Marino with its trunk prefix',
    numbers: ['22520344373', '2252720344373', '2250712345', '3780549886377'],
  },
  {
    file: 'test/phone/local.test.ts',
    why: 'a reserved number of area code 298 that reads as a Brazilian one: the case under test',
    numbers: ['5512985550123'],
  },
  {
    file: 'test/phone/parse.test.ts',
    why: 'the example number of Google’s libphonenumber for Inmarsat; a British number with two digits missing',
    numbers: ['870773111632', '4479111234'],
  },
]
