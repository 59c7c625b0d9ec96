package org.bufferyard.conform;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.bufferyard.api.kernel.KernelProfile;
import org.bufferyard.api.memory.PhysRange;
import org.bufferyard.conform.answer.Comparison;
import org.bufferyard.conform.answer.Outcome;
import org.bufferyard.conform.fact.AddressFact;
import org.bufferyard.conform.fact.FenceFact;
import org.bufferyard.conform.fact.GenericTableFact;
import org.bufferyard.conform.fact.IovaFact;
import org.bufferyard.conform.fact.MapSgFact;
import org.bufferyard.conform.fact.PageTableFact;
import org.bufferyard.conform.fact.SgTableFact;
import org.bufferyard.conform.fact.UserFact;
import org.bufferyard.conform.record.RecordFile;
import org.bufferyard.conform.record.Selection;
import org.bufferyard.platform.conform.ConformReport.Difference;
import org.bufferyard.platform.draft.AddressTree;
import org.bufferyard.platform.draft.AddressTrees;
import org.bufferyard.platform.input.BadInputException;
import org.bufferyard.platform.registry.Kinds;
import org.bufferyard.platform.spec.IommuSpec;
import org.bufferyard.platform.spec.MachineSpec;
import org.bufferyard.platform.spec.MemorySpec;
import org.bufferyard.platform.spec.PlatformSpec;
import org.bufferyard.platform.yard.Yard;
import org.bufferyard.platform.yard.YardOptions;
import org.bufferyard.platform.yard.Yards;

/** Checks constants of the kernel's own self tests, group by group. */
final class FactsReplay {
  private static final Pattern BLOB = Pattern.compile("[A-Za-z0-9_.-]+\\.dtb");

  /** What the kernel's test compiles into itself, and what stands in for it. */
  private static final String KERNEL_TREE = "of-unittest-address.dtb";

  private static final String OWN_TREE = "of-address.dtb";

  /** Fences need a core, and no device. */
  private static final PlatformSpec NO_DEVICES =
      new PlatformSpec(
          "no devices",
          new MachineSpec(
              MachineSpec.Architecture.ARM64,
              0xffff_ffffL,
              true,
              true,
              Optional.empty(),
              MachineSpec.Bounce.NONE,
              MachineSpec.IommuMode.STRICT),
          List.of(new MemorySpec("ram", new PhysRange(0x4000_0000L, 1 << 24))),
          List.of(),
          List.of(),
          List.of());

  private final Yards yards;
  private final Kinds kinds;
  private final AddressTrees trees;
  private final Optional<Path> boards;
  private final Map<Path, AddressTree> open = new HashMap<>();

  /**
   * @param boards where blobs lie that a fact names; empty: in {@code boards} beside the folder of
   *     the facts
   */
  FactsReplay(Yards yards, Kinds kinds, AddressTrees trees, Optional<Path> boards) {
    this.yards = yards;
    this.kinds = kinds;
    this.trees = trees;
    this.boards = boards;
  }

  void replay(RecordFile file, Selection selection, Tallies tallies) {
    JsonObject facts = read(file);
    String run = "kernel-" + text(facts, "kernel", file);
    if (!(facts.get("cases") instanceof JsonArray cases)) {
      throw broken(file, "no list \"cases\"");
    }
    for (JsonElement element : cases) {
      if (!(element instanceof JsonObject fact)) {
        throw broken(file, "a case that is no object");
      }
      String group = text(fact, "group", file);
      if (selection.wants(group, run)) {
        tallies.add(group, run, outcome(file, fact, group, run));
      }
    }
  }

  private Outcome outcome(RecordFile file, JsonObject fact, String group, String run) {
    JsonObject input = object(fact, "input", file);
    try {
      return switch (group) {
        case "golden-iova" -> compared(file, fact, group, run, new IovaFact(kinds).answer(input));
        case "sg-table" -> compared(file, fact, group, run, SgTableFact.answer(input));
        case "io-pgtable-selftest", "golden-pgtable" -> pageTable(file, fact, group, run);
        case "golden-map-sg" -> mapSg(file, fact, input, run);
        case "generic-pt" -> genericTable(file, fact, group, run);
        case "udmabuf", "dma-heap" -> user(file, fact, group, run);
        case "dma-resv", "dma-fence", "dma-fence-chain", "dma-fence-unwrap" ->
            fences(file, fact, group, run);
        case "of-address" -> address(file, fact, input, run);
        default -> new Outcome.Skipped("facts " + group + ": unknown group");
      };
    } catch (IllegalArgumentException e) {
      throw broken(file, text(fact, "id", file) + " is not understood: " + e.getMessage());
    }
  }

  private Outcome pageTable(RecordFile file, JsonObject fact, String group, String run) {
    JsonObject input = object(fact, "input", file);
    boolean selfTest = group.equals("io-pgtable-selftest");
    String op = text(fact, "op", file);
    PageTableFact tables = new PageTableFact(kinds);
    List<String> formats =
        selfTest ? PageTableFact.formats(op) : List.of(text(input, "fmt", file));
    Optional<String> missing =
        formats.stream().flatMap(f -> tables.missing(f).stream()).findFirst();
    if (missing.isPresent()) {
      return new Outcome.Skipped("facts " + group + ": " + missing.get());
    }
    JsonObject answer = selfTest ? tables.selfTest(op, input) : tables.golden(input);
    return compared(file, fact, group, run, answer);
  }

  /** What user space asks of heaps and udmabuf. */
  private Outcome user(RecordFile file, JsonObject fact, String group, String run) {
    JsonObject input = object(fact, "input", file);
    JsonObject expected = object(fact, "expected", file);
    String op = text(fact, "op", file);
    UserFact user = new UserFact(yards);
    Optional<JsonObject> answer =
        group.equals("udmabuf")
            ? user.udmabuf(op, input, expected)
            : user.heap(op, input, expected);
    return answer
        .map(a -> compared(file, fact, group, run, a))
        .orElseGet(() -> new Outcome.Skipped("facts " + group + ": unknown operation " + op));
  }

  private Outcome mapSg(RecordFile file, JsonObject fact, JsonObject input, String run) {
    MapSgFact lists = new MapSgFact(yards, kinds);
    Optional<IommuSpec> table = lists.table(input);
    return table.isEmpty()
        ? new Outcome.Skipped(
            "facts golden-map-sg: no installed table format has the page sizes asked for")
        : compared(file, fact, "golden-map-sg", run, lists.answer(input, table.get()));
  }

  private Outcome genericTable(RecordFile file, JsonObject fact, String group, String run) {
    GenericTableFact table = new GenericTableFact(kinds);
    return table.missing()
        ? new Outcome.Skipped("facts generic-pt: no installed plug-in models a generic table")
        : compared(file, fact, group, run, table.answer(text(fact, "op", file)));
  }

  private Outcome fences(RecordFile file, JsonObject fact, String group, String run) {
    JsonObject input = object(fact, "input", file);
    String op = text(fact, "op", file);
    Optional<JsonObject> answer;
    try (Yard yard = yards.open(NO_DEVICES, YardOptions.fidelity(KernelProfile.DEFAULT))) {
      answer =
          yard.call(
              state -> new FenceFact(state.dmaBufs().fences(), op, input).answer(group));
    }
    return answer
        .map(a -> compared(file, fact, group, run, a))
        .orElseGet(() -> new Outcome.Skipped("facts " + group + ": unknown operation " + op));
  }

  /**
   * The kernel's blob is not ours to carry, and lacks a node that its test takes from another source.
   * Where it cannot be asked, a tree of our own with the same addresses is.
   */
  private Outcome address(RecordFile file, JsonObject fact, JsonObject input, String run) {
    Matcher blob = BLOB.matcher(text(fact, "source", file));
    if (!blob.find()) {
      throw broken(file, text(fact, "id", file) + " names no blob");
    }
    Optional<Path> found =
        boards
            .or(() -> file.folder().map(folder -> folder.resolveSibling("boards")))
            .map(folder -> folder.resolve(blob.group()))
            .filter(Files::isRegularFile);
    String node = AddressFact.node(input);
    Optional<AddressTree> tree =
        found
            .map(path -> open.computeIfAbsent(path, trees::open))
            .filter(given -> given.has(node))
            .or(() -> ownTree(blob.group()).filter(own -> own.has(node)));
    if (tree.isEmpty()) {
      return new Outcome.Skipped(
          "facts of-address: "
              + (found.isPresent()
                  ? "the node is not in " + blob.group()
                  : blob.group() + " is not there; give its folder with --boards"));
    }
    JsonObject answer = new AddressFact(tree.get()).answer(text(fact, "op", file), input);
    return compared(file, fact, "of-address", run, answer);
  }

  private Optional<AddressTree> ownTree(String blob) {
    if (!blob.equals(KERNEL_TREE)) {
      return Optional.empty();
    }
    return Optional.of(
        open.computeIfAbsent(Path.of(OWN_TREE), name -> trees.open(ownBlob(), OWN_TREE)));
  }

  private static byte[] ownBlob() {
    try (InputStream in = FactsReplay.class.getResourceAsStream("recorded/" + OWN_TREE)) {
      if (in == null) {
        throw new IllegalStateException("this bundle lacks " + OWN_TREE);
      }
      return in.readAllBytes();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Outcome compared(
      RecordFile file, JsonObject fact, String group, String run, JsonObject answer) {
    JsonObject expected = object(fact, "expected", file);
    List<Difference> differences = new ArrayList<>();
    Comparison.compare(
        expected,
        answer,
        (field, was, is) ->
            differences.add(
                new Difference(
                    group, run, text(fact, "id", file), "", field, was, is, Optional.empty())));
    return differences.isEmpty() ? new Outcome.Agreed() : new Outcome.Differed(differences);
  }

  private static JsonObject read(RecordFile file) {
    try (BufferedReader reader = file.open()) {
      if (JsonParser.parseReader(reader) instanceof JsonObject object) {
        return object;
      }
      throw broken(file, "no object");
    } catch (JsonParseException e) {
      throw broken(file, "no JSON (" + e.getMessage() + ")");
    } catch (IOException e) {
      throw file.unreadable(e);
    }
  }

  private static String text(JsonObject object, String name, RecordFile file) {
    JsonElement value = object.get(name);
    if (value == null || !value.isJsonPrimitive()) {
      throw broken(file, "no \"" + name + "\"");
    }
    return value.getAsString();
  }

  private static JsonObject object(JsonObject fact, String name, RecordFile file) {
    if (fact.get(name) instanceof JsonObject object) {
      return object;
    }
    throw broken(file, "no object \"" + name + "\" in " + text(fact, "id", file));
  }

  private static BadInputException broken(RecordFile file, String what) {
    return new BadInputException("broken facts, " + what, file.name(), "repair or leave it out");
  }
}
