// Drawn for this page; 24 by 24, one stroke width.
const PATHS: Readonly<Record<string, string>> = {
  bus: 'M3 8h18M3 16h18M7 8v-3M12 8v-3M17 8v-3M7 16v3M12 16v3M17 16v3',
  memory: 'M4 5h16v14H4zM4 9.7h16M4 14.3h16',
  pool: 'M4 5h16v14H4zM8 10h8v5H8z',
  iommu: 'M12 3l8 3v6c0 5-3.5 7.8-8 9-4.500-1.200-8-4-8-9V6zM9 12h6M13 10l2 2-2 2',
  device: 'M7 7h10v10H7zM10 7V3M14 7V3M10 21v-4M14 21v-4M7 10H3M7 14H3M21 10h-4M21 14h-4',
  camera: 'M3 8h4l2-3h6l2 3h4v11H3zM12 17a3.500 3.500 0 1 0 0-7 3.500 3.500 0 0 0 0 7z',
  display: 'M3 5h18v11H3zM9 20h6M12 16v4',
  unknown: 'M9 9a3 3 0 1 1 4.500 2.600c-1 .6-1.500 1.200-1.500 2.400M12 18h.01M12 22a10 10 0 1 0 0-20 10 10 0 0 0 0 20z',
  part: 'M5 12h14',
  undo: 'M8 5L4 9l4 4M4 9h10a6 6 0 0 1 0 12h-3',
  redo: 'M16 5l4 4-4 4M20 9H10a6 6 0 0 0 0 12h3',
  save: 'M5 4h11l3 3v13H5zM8 4v5h7V4M8 20v-6h8v6',
  open: 'M3 19V5h6l2 3h10v11z',
  add: 'M12 5v14M5 12h14',
  remove: 'M5 7h14M10 7V4h4v3M7 7l1 13h8l1-13',
  close: 'M6 6l12 12M18 6L6 18',
  search: 'M11 18a7 7 0 1 0 0-14 7 7 0 0 0 0 14zM16 16l5 5',
  sun: 'M12 16a4 4 0 1 0 0-8 4 4 0 0 0 0 8zM12 3v2M12 19v2M3 12h2M19 12h2M5.600 5.600l1.400 1.400M17 17l1.400 1.400M5.600 18.400L7 17M17 7l1.400-1.400',
  moon: 'M20 14a8.500 8.500 0 1 1-10-10 7 7 0 0 0 10 10z',
  pin: 'M9 4h6l-1 6 3 3H7l3-3zM12 13v7',
  fit: 'M4 9V4h5M20 9V4h-5M4 15v5h5M20 15v5h-5',
  minus: 'M5 12h14',
  export: 'M12 15V4M8 8l4-4 4 4M4 14v6h16v-6',
  collapse: 'M4 12h16M8 4l4 4 4-4M8 20l4-4 4 4',
  expand: 'M4 12h16M8 8l4-4 4 4M8 16l4 4 4-4',
  help: 'M9 9a3 3 0 1 1 4.500 2.600c-1 .6-1.500 1.200-1.500 2.400M12 18h.01',
  reset: 'M4 5v5h5M4.600 10A8 8 0 1 1 4 14',
  up: 'M6 15l6-6 6 6',
};

export function Icon({ name, size = 16 }: { name: string; size?: number }) {
  return (
    <svg
      width={size}
      height={size}
      viewBox="0 0 24 24"
      fill="none"
      stroke="currentColor"
      strokeWidth={1.8}
      strokeLinecap="round"
      strokeLinejoin="round"
      aria-hidden="true"
    >
      <path d={PATHS[name] ?? PATHS.part} />
    </svg>
  );
}

/** The schema's own icon when this page has one of that name, else that of the role. */
export function iconFor(wanted: string | undefined, role: string): string {
  return wanted !== undefined && wanted in PATHS ? wanted : role in PATHS ? role : 'part';
}

export const MARKS: Readonly<Record<string, string>> = { error: '✕', warning: '!', note: 'i' };
