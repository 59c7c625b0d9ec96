package org.bufferyard.iommu.arm.smmu;

import org.bufferyard.api.iommu.Translation.Fault;

/** Event records by number (SMMU architecture, 7.3; {@code arm-smmu-v3.c: event_str}). */
enum SmmuV3Event {
  F_UUT(0x01),
  C_BAD_STREAMID(0x02),
  F_STE_FETCH(0x03),
  C_BAD_STE(0x04),
  F_STREAM_DISABLED(0x06),
  C_BAD_SUBSTREAMID(0x08),
  F_CD_FETCH(0x09),
  C_BAD_CD(0x0a),
  F_WALK_EABT(0x0b),
  F_TRANSLATION(0x10),
  F_ADDR_SIZE(0x11),
  F_ACCESS(0x12),
  F_PERMISSION(0x13);

  private final int number;

  SmmuV3Event(int number) {
    this.number = number;
  }

  /** The event of that number; {@code F_UUT} for one that is not modelled. */
  static SmmuV3Event of(int number) {
    for (SmmuV3Event event : values()) {
      if (event.number == number) {
        return event;
      }
    }
    return F_UUT;
  }

  int number() {
    return number;
  }

  Fault at(long address, boolean write) {
    return new Fault(number, name(), address, write);
  }
}
