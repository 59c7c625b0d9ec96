package org.bufferyard.api.dma;

/**
 * A set of {@link DmaAttr}.
 *
 * @param bits as the kernel's {@code unsigned long attrs}
 */
public record DmaAttrs(long bits) {
  public static final DmaAttrs NONE = new DmaAttrs(0);
  public static final DmaAttrs SKIP_CPU_SYNC = of(DmaAttr.SKIP_CPU_SYNC);

  public static DmaAttrs of(DmaAttr... attrs) {
    long bits = 0;
    for (DmaAttr attr : attrs) {
      bits |= attr.mask();
    }
    return bits == 0 && NONE != null ? NONE : new DmaAttrs(bits);
  }

  public boolean has(DmaAttr attr) {
    return (bits & attr.mask()) != 0;
  }

  public DmaAttrs with(DmaAttr attr) {
    return new DmaAttrs(bits | attr.mask());
  }

  public DmaAttrs without(DmaAttr attr) {
    return new DmaAttrs(bits & ~attr.mask());
  }

  /** Names joined by {@code |}, as the kernel's tracepoints print them; empty for none. */
  @Override
  public String toString() {
    StringBuilder text = new StringBuilder();
    for (DmaAttr attr : DmaAttr.values()) {
      if (has(attr)) {
        text.append(text.isEmpty() ? "" : "|").append(attr.name());
      }
    }
    return text.toString();
  }
}
