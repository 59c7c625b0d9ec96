package org.bufferyard.iommu.arm.smmu;

import org.bufferyard.api.iommu.Translation.Fault;

/** Event records by number (SMMU architecture, 7.3; {@code arm-smmu-v3.c: event_str}). */
enum SmmuV3Event {
  F_UUT(0x01, false),
  C_BAD_STREAMID(0x02, true),
  F_STE_FETCH(0x03, true),
  C_BAD_STE(0x04, true),
  F_BAD_ATS_TREQ(0x05, false),
  F_STREAM_DISABLED(0x06, true),
  F_TRANSL_FORBIDDEN(0x07, false),
  C_BAD_SUBSTREAMID(0x08, true),
  F_CD_FETCH(0x09, true),
  C_BAD_CD(0x0a, true),
  F_WALK_EABT(0x0b, false),
  F_TRANSLATION(0x10, true),
  F_ADDR_SIZE(0x11, true),
  F_ACCESS(0x12, true),
  F_PERMISSION(0x13, true);

  private final int number;
  private final boolean named;

  /**
   * @param named whether the driver has a name for it
   */
  SmmuV3Event(int number, boolean named) {
    this.number = number;
    this.named = named;
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

  /** As the driver prints it. */
  String printed() {
    return named ? name() : "UNKNOWN";
  }

  /** One of the four that CD.A, R and S and STE.S2R and S2S are about (5.5). */
  boolean isOfTranslation() {
    return number >= F_TRANSLATION.number;
  }

  Fault at(long address, boolean write) {
    return new Fault(number, name(), address, write);
  }
}
