// Shapes on a 24 by 24 grid, drawn with a 2-unit line in the colour of the text; "fill" ones are solid.
export const icons = {
  // states
  circle: 'M12 4a8 8 0 1 0 0 16 8 8 0 0 0 0-16Z',
  eye: 'M2 12s4-7 10-7 10 7 10 7-4 7-10 7S2 12 2 12Zm10-3a3 3 0 1 0 0 6 3 3 0 0 0 0-6Z',
  back: 'M9 5 3 11l6 6M3 11h11a6 6 0 0 1 6 6v2',
  document: 'M6 3h8l4 4v14H6ZM14 3v4h4M9 12h6M9 16h6',
  wrench: 'M14.5 6.5a4.5 4.5 0 0 1 6-3l-3 3 1 2 2 1 3-3a4.5 4.5 0 0 1-6 6L9 21l-4-4 9-8.5Z',
  half: 'M12 4a8 8 0 1 0 0 16 8 8 0 0 0 0-16Zm0 0v16',
  check: 'm4 12.5 5.5 5.5L20 6.5',
  dash: 'M5 12h14',
  pause: 'M8 5v14M16 5v14',
  clock: 'M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18Zm0 4v5l3.5 2.5',
  // travel
  phone: 'M7 2.5h10v19H7ZM10.5 18h3',
  up: 'M12 20V5M5.5 11 12 4.5 18.5 11',
  arrived: 'M4 20h16M12 3v12M6 9.5l6 6 6-6',
  warning: 'M12 3.5 2.5 20h19ZM12 10v4.5M12 17.2v.3',
  offline: 'M3 3l18 18M5 12a10 10 0 0 1 4-2.4M2 8.5a14 14 0 0 1 4.5-2.900M19 12a10 10 0 0 0-5-2.700M22 8.5A14 14 0 0 0 11 5M8.5 15.5a5 5 0 0 1 6 0M12 19.5v.2',
  // places
  home: 'M3 11 12 4l9 7M6 9.5V20h12V9.5',
  cases: 'M3 6h7l2 2.5h9V19H3Z',
  review: 'M5 3h14v18H5ZM8.5 12l2.5 2.5 4.5-5',
  person: 'M12 4a4 4 0 1 0 0 8 4 4 0 0 0 0-8ZM4 21c.5-4.5 3.5-6.5 8-6.5s7.5 2 8 6.5',
  // doing
  camera: 'M3 7h4l2-3h6l2 3h4v13H3ZM12 9.5a4 4 0 1 0 0 8 4 4 0 0 0 0-8Z',
  gallery: 'M3 5h18v14H3ZM3 16l5-5 4 4 3-3 6 6M15.5 8.5v.3',
  torch: 'M8 3h8v4l-2 3v11h-4V10L8 7ZM8 7h8M12 13v2',
  turn: 'M4 12a8 8 0 0 1 13.500-5.800L20 8.500M20 4v4.500h-4.500M20 12a8 8 0 0 1-13.500 5.800L4 15.500M4 20v-4.500h4.500',
  level: 'M2 12h5M17 12h5M8.500 13.500l7-3',
  stamp: 'M9 3h6v5l-1.500 3v3H19v4H5v-4h5.500v-3L9 8ZM5 21h14',
  broom: 'M20 3 12.5 11M9 9l6 6M10 8l-6 5c1 4 4 7 8 8l4.5-6.5',
  sun: 'M12 8a4 4 0 1 0 0 8 4 4 0 0 0 0-8ZM12 1.5V4M12 20v2.5M1.5 12H4M20 12h2.5M4.5 4.5 6.3 6.3M17.700 17.700l1.800 1.800M4.5 19.5l1.800-1.800M17.700 6.3l1.800-1.800',
  close: 'M5 5l14 14M19 5 5 19',
  left: 'M15 4 7 12l8 8',
  right: 'm9 4 8 8-8 8',
  search: 'M10.5 4a6.5 6.5 0 1 0 0 13 6.5 6.5 0 0 0 0-13ZM15.5 15.5 21 21',
  filter: 'M3 6h18M6.500 12h11M10 18h4',
  again: 'M20 11a8 8 0 1 0-2.300 6.500M20 4.500V11h-6.500',
  pencil: 'M4 20l1-5L16 4l4 4L9 19ZM13.5 6.5l4 4',
  words: 'M3 4h18v13h-9l-5 4v-4H3ZM7.5 9h9M7.5 12.5h6',
  add: 'M12 4v16M4 12h16',
  trash: 'M4 7h16M9 7V4h6v3M6 7l1 14h10l1-14M10.5 11v6M13.5 11v6',
  place: 'M12 21.5S5 14.5 5 9.5a7 7 0 0 1 14 0c0 5-7 12-7 12ZM12 7.2a2.3 2.3 0 1 0 0 4.600 2.3 2.3 0 0 0 0-4.600Z',
  save: 'M12 3v12M6.5 10l5.5 5.5 5.5-5.5M4 20h16',
  zoom: 'M10.5 4a6.5 6.5 0 1 0 0 13 6.5 6.5 0 0 0 0-13ZM15.5 15.5 21 21M10.5 7.5v6M7.5 10.5h6',
} as const

export type IconName = keyof typeof icons
