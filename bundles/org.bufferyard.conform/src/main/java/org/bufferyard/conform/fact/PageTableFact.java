package org.bufferyard.conform.fact;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonPrimitive;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.bufferyard.api.iommu.DomainType;
import org.bufferyard.api.iommu.Iommu;
import org.bufferyard.api.iommu.IommuDomain;
import org.bufferyard.api.iommu.IommuKind;
import org.bufferyard.api.iommu.IommuUnit;
import org.bufferyard.api.iommu.TableWalk;
import org.bufferyard.api.kernel.Flavour;
import org.bufferyard.conform.answer.Answer;
import org.bufferyard.conform.answer.RecordedPlaces;
import org.bufferyard.platform.registry.Kinds;

/**
 * Facts about translation tables, asked of the kind that models the format: {@code ARM_64_LPAE_S1}
 * is the kind of {@code arm,64-lpae-s1}, opened with the parameters of {@code struct
 * io_pgtable_cfg}.
 */
public final class PageTableFact {
  private static final long PTE_ADDRESS = 0x0000_ffff_ffff_f000L;
  private static final long LINK_ADDRESS = 0xffff_fc00L;

  private final Kinds kinds;

  public PageTableFact(Kinds kinds) {
    this.kinds = kinds;
  }

  /** What the format makes of one request. */
  private record Opened(Iommu iommu, IommuDomain domain, FactMachine machine)
      implements AutoCloseable {
    @Override
    public void close() {
      iommu.close();
    }
  }

  /** Why facts of this format cannot be asked, if they cannot. */
  public Optional<String> missing(String format) {
    return kinds.choose(IommuKind.class, model(format), Flavour.FIDELITY).isPresent()
        ? Optional.empty()
        : Optional.of("no installed plug-in models the table format " + model(format));
  }

  private static String model(String format) {
    String name = format.toLowerCase(Locale.ROOT);
    return name.contains(",") ? name : name.replaceFirst("_", ",").replace('_', '-');
  }

  /** A domain of the format; empty where the kernel's allocation returns NULL. */
  private Optional<Opened> open(String format, JsonObject input) {
    IommuKind kind =
        kinds.choose(IommuKind.class, model(format), Flavour.FIDELITY).orElseThrow();
    FactMachine machine = new FactMachine();
    IommuUnit unit = new IommuUnit("facts", model(format), parameters(input));
    Iommu iommu;
    try {
      iommu = kind.open(unit, machine);
    } catch (IllegalArgumentException refused) {
      return Optional.empty();
    }
    return Optional.of(new Opened(iommu, iommu.newDomain(DomainType.UNMANAGED), machine));
  }

  private static Map<String, String> parameters(JsonObject input) {
    Map<String, String> parameters = new HashMap<>();
    for (String name : List.of("ias", "oas")) {
      parameters.put(name, Long.toString(number(input, name)));
    }
    parameters.put("page-sizes", Answer.hex(pageSizes(input)));
    JsonElement coherent = input.get("coherentWalk");
    parameters.put("coherent-walk", coherent == null ? "true" : coherent.getAsString());
    parameters.put("quirks", quirks(input.get("quirks")));
    return parameters;
  }

  private static long pageSizes(JsonObject input) {
    if (!(input.get("pageSizes") instanceof JsonArray sizes)) {
      return number(input, "pgsizeBitmapIn");
    }
    long bitmap = 0;
    for (JsonElement size : sizes) {
      bitmap |= number(size, "pageSizes");
    }
    return bitmap;
  }

  private static String quirks(JsonElement quirks) {
    if (quirks instanceof JsonArray names) {
      List<String> texts = new ArrayList<>();
      names.forEach(n -> texts.add(n.getAsString()));
      return String.join(",", texts);
    }
    return quirks == null ? "" : quirks.getAsString();
  }

  /** {@code lpae_sequence} for both stages, or {@code v7s_sequence}. */
  public JsonObject selfTest(String op, JsonObject input) {
    List<String> formats = formats(op);
    JsonObject answer = new JsonObject();
    Optional<String> failed = Optional.empty();
    for (String format : formats) {
      try (Opened opened =
          open(format, input)
              .orElseThrow(() -> new IllegalArgumentException(format + " has no such table"))) {
        long step = input.has("iovaStep") ? number(input, "iovaStep") : 1L << 30;
        PageTableSequence sequence = new PageTableSequence(opened.domain(), step);
        long last = op.startsWith("lpae") ? number(input, "ias") : 0;
        failed = failed.or(() -> sequence.run(last).map(step1 -> format + ": " + step1));
      }
    }
    answer.addProperty("allStepsPass", failed.isEmpty());
    failed.ifPresent(step -> answer.addProperty("failedStep", step));
    return answer;
  }

  /** The formats that a self test runs with. */
  public static List<String> formats(String op) {
    return switch (op) {
      case "lpae_sequence(ARM_64_LPAE_S1) and lpae_sequence(ARM_64_LPAE_S2)" ->
          List.of("ARM_64_LPAE_S1", "ARM_64_LPAE_S2");
      case "v7s_sequence" -> List.of("ARM_V7S");
      default -> throw new IllegalArgumentException("self test " + op);
    };
  }

  /** Alloc, map, walk, map again, unmap. */
  public JsonObject golden(JsonObject input) {
    JsonObject answer = new JsonObject();
    Optional<Opened> found = open(input.get("fmt").getAsString(), input);
    if (found.isEmpty()) {
      answer.addProperty("alloc", "NULL");
      return answer;
    }
    try (Opened opened = found.get()) {
      IommuDomain domain = opened.domain();
      answer.add("pgsizeBitmapOut", hex(domain.geometry().pageSizes()));
      if (!(input.get("map") instanceof JsonObject map)) {
        throw new IllegalArgumentException("no object map");
      }
      boolean mapped = map(opened, map, answer);
      if (domain instanceof TableWalk table) {
        shape(table.configuration(), answer);
        if (mapped) {
          answer.add("walk", walk(table.entries(number(map, "iova"))));
        }
      }
      if (mapped) {
        rest(domain, map, answer);
      }
    }
    return answer;
  }

  private static boolean map(Opened opened, JsonObject map, JsonObject answer) {
    long mapped = map(opened.domain(), map);
    answer.addProperty("ret", Math.min(mapped, 0));
    answer.add("mapped", hex(Math.max(mapped, 0)));
    answer.addProperty("tables", opened.machine().tables());
    return mapped > 0;
  }

  private static long map(IommuDomain domain, JsonObject map) {
    return domain.map(
        number(map, "iova"),
        number(map, "pa"),
        number(map, "pgsize"),
        number(map, "count"),
        (int) number(map, "prot"));
  }

  private static void rest(IommuDomain domain, JsonObject map, JsonObject answer) {
    long inside = number(map, "iova") + PageTableSequence.INSIDE;
    answer.add("iovaToPhys", hex(domain.iovaToPhys(inside)));
    answer.addProperty("remapRet", Math.min(map(domain, map), 0));
    long unmapped =
        domain.unmap(number(map, "iova"), number(map, "pgsize"), number(map, "count"));
    domain.sync();
    answer.add("unmapRet", hex(unmapped));
    answer.add("iovaToPhysAfterUnmap", hex(domain.iovaToPhys(inside)));
  }

  private static void shape(Map<String, Long> values, JsonObject answer) {
    number(values, "start_level", answer, "startLevel");
    number(values, "pgd_bits", answer, "pgdBits");
    number(values, "bits_per_level", answer, "bitsPerLevel");
    number(values, "pgd_size", answer, "pgdBytes");
    group(values, "tcr", List.of("ips", "tg", "sh", "tsz"), answer);
    group(values, "vtcr", List.of("ps", "tg", "sl", "tsz"), answer);
    if (values.containsKey("mair")) {
      answer.add("mair", hex(values.get("mair")));
    }
  }

  private static void number(
      Map<String, Long> values, String from, JsonObject answer, String to) {
    if (values.containsKey(from)) {
      answer.addProperty(to, values.get(from));
    }
  }

  private static void group(
      Map<String, Long> values, String register, List<String> fields, JsonObject answer) {
    JsonObject group = new JsonObject();
    fields.forEach(f -> number(values, register + "." + f, group, f));
    if (!group.isEmpty()) {
      answer.add(register, group);
    }
  }

  /** Leaves as they are; of tables only the bits that no allocator decides. */
  private static JsonArray walk(List<TableWalk.Entry> entries) {
    JsonArray walk = new JsonArray();
    for (TableWalk.Entry entry : entries) {
      JsonObject line = new JsonObject();
      line.addProperty("level", entry.level());
      line.addProperty("index", entry.index());
      line.addProperty("kind", entry.leaf() ? "leaf" : "table");
      // The short-descriptor format counts its levels from 1 to 2, and repeats entries.
      boolean wide = entry.entryBytes() == Long.BYTES;
      if (entry.leaf()) {
        line.add("pte", hex(entry.descriptor()));
        if (!wide) {
          line.addProperty("repeated", entry.repeated());
        }
      } else {
        long address = wide ? PTE_ADDRESS : LINK_ADDRESS;
        line.add(
            wide ? "pteLowAndHighBits" : "pteLowBits", hex(entry.descriptor() & ~address));
      }
      walk.add(line);
    }
    return walk;
  }

  private static JsonPrimitive hex(long value) {
    return new JsonPrimitive(Answer.hex(value));
  }

  private static long number(JsonObject object, String name) {
    return number(object.get(name), name);
  }

  private static long number(JsonElement value, String name) {
    return RecordedPlaces.number(value)
        .orElseThrow(() -> new IllegalArgumentException("no number " + name));
  }
}
