package org.bufferyard.iommu.intel;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.bufferyard.api.iommu.IommuUnit;
import org.bufferyard.iommu.intel.InvalidationDescriptor.InterruptInvalidation;

/**
 * The interrupt remapping table as the driver keeps it ({@code drivers/iommu/intel/irq_remapping.c:
 * intel_setup_irq_remapping(), alloc_irte(), modify_irte()}): a power of two of entries in a row for
 * each device with MSI vectors. Which devices have some the board says, in the order in which their
 * drivers come. Engine thread only.
 *
 * <p>Not modelled: the kernel's choice of vectors and CPUs: vectors count from 0x21, all go to the
 * first CPU; posting, which a hypervisor asks for.
 */
final class InterruptTable {
  /** {@code on} or {@code off}: whether the kernel remaps interrupts. */
  static final String REMAPPING = "interrupt-remapping";

  /** {@code "00:10.0 00:11.0=4"}: devices with MSI vectors, and how many. */
  static final String VECTORS = "msi";

  /** INTR_REMAP_TABLE_REG_SIZE 15: 65536 entries. */
  private static final int SIZE = 15;

  private static final long BYTES = (2L << SIZE) * InterruptEntry.BYTES;
  private static final int FIRST_VECTOR = 0x21;
  private static final int LAST_VECTOR = 0xec;

  private static final Pattern DEVICE =
      Pattern.compile("([0-9a-f]{2}):([01][0-9a-f])\\.([0-7])(?:=(1|2|4|8|16|32))?");

  /** Vectors by requester. */
  private final Map<Integer, Integer> devices;

  private final boolean on;
  private final TableWords words;
  private final Map<Integer, Integer> handles = new LinkedHashMap<>();
  private long memory = TableWords.NONE;

  private InterruptTable(Map<Integer, Integer> devices, boolean on, TableWords words) {
    this.devices = devices;
    this.on = on;
    this.words = words;
  }

  /**
   * What the board says of a unit.
   *
   * @throws IllegalArgumentException when that means nothing, or the unit has no ECAP.IR
   */
  static InterruptTable of(IommuUnit unit, Capabilities capabilities, TableWords words) {
    String listed = unit.parameters().getOrDefault(VECTORS, "").trim();
    boolean on = Capabilities.flag(unit, REMAPPING, !listed.isEmpty());
    if (on && !capabilities.remapsInterrupts()) {
      throw new IllegalArgumentException(
          Capabilities.text(unit, REMAPPING, "on", "an ecap with IR, or off"));
    }
    Map<Integer, Integer> devices = new LinkedHashMap<>();
    for (String device : listed.isEmpty() ? List.<String>of() : List.of(listed.split("\\s+"))) {
      Matcher matcher = DEVICE.matcher(device);
      if (!matcher.matches() || !on) {
        throw new IllegalArgumentException(
            Capabilities.text(
                unit, VECTORS, device, "devices as 00:10.0, or with =4 vectors, and remapping on"));
      }
      int source =
          Integer.parseInt(matcher.group(1), 16) << 8
              | Integer.parseInt(matcher.group(2), 16) << 3
              | Integer.parseInt(matcher.group(3));
      devices.put(source, matcher.group(4) == null ? 1 : Integer.parseInt(matcher.group(4)));
    }
    return new InterruptTable(devices, on, words);
  }

  /** Sets the table up and has every device's entries in it; without memory nothing is remapped. */
  void enable(InterruptRemapping hardware, QueuedInvalidation queue) {
    memory = on ? words.allocate(BYTES) : TableWords.NONE;
    if (memory == TableWords.NONE) {
      return;
    }
    hardware.enable(memory | SIZE, false);
    queue.submit(new InterruptInvalidation(false, 0, 0));
    int next = 0;
    int vector = FIRST_VECTOR;
    for (Map.Entry<Integer, Integer> device : devices.entrySet()) {
      int count = device.getValue();
      int handle = next + count - 1 & -count;
      handles.put(device.getKey(), handle);
      for (int i = 0; i < count; i++) {
        long at = memory + (long) (handle + i) * InterruptEntry.BYTES;
        words.write(at + Long.BYTES, InterruptEntry.high(device.getKey()));
        words.write(at, InterruptEntry.low(vector, 1));
        vector = vector == LAST_VECTOR ? FIRST_VECTOR : vector + 1;
        queue.submit(new InterruptInvalidation(true, 0, handle + i));
      }
      next = handle + count;
    }
  }

  /** First entry of a device's; -1 when it has none. */
  int handle(int source) {
    return handles.getOrDefault(source, -1);
  }

  /** Address of the table. */
  long address() {
    return memory;
  }

  void close(InterruptRemapping hardware) {
    hardware.disable();
    if (memory != TableWords.NONE) {
      words.free(memory, BYTES);
      memory = TableWords.NONE;
    }
  }
}
