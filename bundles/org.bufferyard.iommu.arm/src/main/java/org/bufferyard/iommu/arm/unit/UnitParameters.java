package org.bufferyard.iommu.arm.unit;

import java.util.Map;
import java.util.function.LongPredicate;
import org.bufferyard.api.iommu.IommuUnit;

/** The parameters of one unit, read with a sentence for those that are wrong. */
public record UnitParameters(String id, Map<String, String> values) {
  public static UnitParameters of(IommuUnit unit) {
    return new UnitParameters(unit.id(), unit.parameters());
  }

  public String text(String name, String otherwise) {
    return values.getOrDefault(name, otherwise);
  }

  /** A number, decimal or 0x hexadecimal. */
  public long number(String name, long otherwise, LongPredicate possible) {
    String text = values.get(name);
    if (text == null) {
      return otherwise;
    }
    try {
      long value = Long.decode(text);
      if (possible.test(value)) {
        return value;
      }
    } catch (NumberFormatException e) {
      // Said below, with the name of the parameter.
    }
    throw new IllegalArgumentException(
        "IOMMU " + id + ": parameter " + name + " cannot be '" + text + "'");
  }

  /** True or false. */
  public boolean flag(String name, boolean otherwise) {
    String text = text(name, Boolean.toString(otherwise));
    if (text.equals("true") || text.equals("false")) {
      return text.equals("true");
    }
    throw new IllegalArgumentException(
        "IOMMU " + id + ": parameter " + name + " is true or false, not '" + text + "'");
  }

  /** What to throw for a parameter of which only that is possible. */
  public IllegalArgumentException refused(String name, String possible) {
    return new IllegalArgumentException(
        "IOMMU %s: parameter %s is %s, not '%s'"
            .formatted(id, name, possible, values.get(name)));
  }

  /** A number of bits from {@code least} to {@code most}. */
  public int bits(String name, int otherwise, int least, int most) {
    return (int) number(name, otherwise, n -> n >= least && n <= most);
  }
}
