package org.bufferyard.api.iommu;

/**
 * {@code IOMMU_*} protection bits (D1, {@code include/linux/iommu.h}): what {@link
 * IommuDomain#map} takes.
 */
public final class IommuProt {
  public static final int READ = 1;
  public static final int WRITE = 2;
  public static final int CACHE = 4;
  public static final int NOEXEC = 8;
  public static final int MMIO = 16;
  public static final int PRIV = 32;

  private IommuProt() {}

  /** {@code "READ|WRITE"}; {@code "0"} for none. */
  public static String text(int prot) {
    String[] names = {"READ", "WRITE", "CACHE", "NOEXEC", "MMIO", "PRIV"};
    StringBuilder text = new StringBuilder();
    for (int bit = 0; bit < names.length; bit++) {
      if ((prot & 1 << bit) != 0) {
        text.append(text.isEmpty() ? "" : "|").append(names[bit]);
      }
    }
    return text.isEmpty() ? "0" : text.toString();
  }
}
