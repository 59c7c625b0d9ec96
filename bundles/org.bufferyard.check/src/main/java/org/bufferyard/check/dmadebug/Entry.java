package org.bufferyard.check.dmadebug;

import org.bufferyard.platform.check.Finding.Clue;

/**
 * {@code struct dma_debug_entry}: one mapping as dma-debug remembers it, or the arguments of a call
 * to look one up with.
 *
 * @param device identity of the device object; a re-created device is another one
 * @param callEnts nents of the dma_map_sg() call; 0 for what is no list
 * @param mappedEnts segments of the list
 * @param paddr of the first byte
 * @param made the event that it came from
 */
record Entry(
    Object device,
    long address,
    long size,
    Type type,
    int direction,
    int callEnts,
    int mappedEnts,
    long paddr,
    long attrs,
    Clue made) {

  /** What made it, by the kernel's word for it. */
  enum Type {
    PHYS("phy"),
    /** Before 7.0 there were three words for {@link #PHYS}. */
    SINGLE("single"),
    RESOURCE("resource"),
    SCATTER_GATHER("scatter-gather"),
    COHERENT("coherent");

    private final String word;

    Type(String word) {
      this.word = word;
    }

    String word() {
      return word;
    }
  }

  boolean isAt(Entry other) {
    return address == other.address && device == other.device;
  }

  /** containing_match(): unsigned, and the end may wrap as in the kernel. */
  boolean contains(Entry other) {
    return device == other.device
        && Long.compareUnsigned(address, other.address) <= 0
        && Long.compareUnsigned(address + size, other.address + other.size) >= 0;
  }

  /** How many of the four things that a lookup scores agree. */
  int likeness(Entry other) {
    return (size == other.size ? 1 : 0)
        + (type == other.type ? 1 : 0)
        + (direction == other.direction ? 1 : 0)
        + (callEnts == other.callEnts ? 1 : 0);
  }
}
