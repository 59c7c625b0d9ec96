package org.bufferyard.importer.devicetree;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.bufferyard.platform.input.BadInputException;

/**
 * Compiles devicetree sources with the machine's own {@code cpp} and {@code dtc}, as the kernel's
 * {@code scripts/Makefile.lib} does. Stateless but for where it looks for them.
 */
final class SourceCompiler {
  /** How far above a source an {@code include} folder is looked for: kernel trees have five. */
  private static final int LEVELS = 8;

  private final List<Path> searchPath;

  SourceCompiler(List<Path> searchPath) {
    this.searchPath = List.copyOf(searchPath);
  }

  /** With the programs of the environment. */
  static SourceCompiler ofEnvironment() {
    String path = Optional.ofNullable(System.getenv("PATH")).orElse("");
    return new SourceCompiler(
        Arrays.stream(path.split(File.pathSeparator))
            .filter(folder -> !folder.isEmpty())
            .map(Path::of)
            .toList());
  }

  /**
   * A compiled source.
   *
   * @param places node path to file and line of the source, where dtc tells
   */
  record Compiled(byte[] blob, Map<String, String> places) {}

  /**
   * @throws BadInputException when a program is missing, complains or does not end
   */
  Compiled compile(Path source) {
    Path dtc =
        program("dtc")
            .orElseThrow(
                () ->
                    new BadInputException(
                        "is a devicetree source, and dtc is not installed",
                        source.toString(),
                        "install device-tree-compiler, or give the .dtb"));
    try {
      Path work = Files.createTempDirectory("devicetree");
      try {
        return compile(source, dtc, work);
      } finally {
        delete(work);
      }
    } catch (IOException e) {
      throw new BadInputException(
          "cannot be compiled: " + e.getMessage(), source.toString(), "give the .dtb");
    }
  }

  private Compiled compile(Path source, Path dtc, Path work) throws IOException {
    Path plain = preprocessed(source, work);
    String folder = String.valueOf(source.toAbsolutePath().getParent());
    Path blob = work.resolve("board.dtb");
    List<String> call =
        List.of(dtc.toString(), "-q", "-@", "-I", "dts", "-i", folder, "-O", "dtb", "-o",
            blob.toString(), plain.toString());
    new ToolRun(call, source).run();
    byte[] bytes = DevicetreeImporter.bytes(blob);
    Path annotated = work.resolve("board.dts");
    List<String> again =
        List.of(dtc.toString(), "-q", "-T", "-I", "dts", "-i", folder, "-O", "dts", "-o",
            annotated.toString(), plain.toString());
    // dtc before 1.5 has no -T: then places are not known, and that is all.
    boolean told = new ToolRun(again, source).succeeds() && Files.isRegularFile(annotated);
    return new Compiled(
        bytes, told ? SourcePlaces.of(Files.readString(annotated, StandardCharsets.ISO_8859_1))
            : Map.of());
  }

  /** Sources without a directive of the preprocessor are taken as they are. */
  private Path preprocessed(Path source, Path work) throws IOException {
    String text = Files.readString(source, StandardCharsets.ISO_8859_1);
    boolean hasDirectives =
        text.lines().anyMatch(line -> line.matches("\\s*#\\s*(include|define|if|ifdef|ifndef).*"));
    if (!hasDirectives) {
      return source;
    }
    Path cpp =
        program("cpp")
            .orElseThrow(
                () ->
                    new BadInputException(
                        "has #include lines, and cpp is not installed",
                        source.toString(),
                        "install cpp, or give the .dtb"));
    Path plain = work.resolve("board.pp.dts");
    List<String> call = new ArrayList<>();
    call.addAll(List.of(cpp.toString(), "-nostdinc", "-undef", "-D__DTS__"));
    call.addAll(List.of("-x", "assembler-with-cpp"));
    for (Path include : includes(source)) {
      call.addAll(List.of("-I", include.toString()));
    }
    call.addAll(List.of("-o", plain.toString(), source.toString()));
    new ToolRun(call, source).run();
    return plain;
  }

  private static List<Path> includes(Path source) {
    List<Path> includes = new ArrayList<>();
    Optional<Path> at = Optional.ofNullable(source.toAbsolutePath().getParent());
    at.ifPresent(includes::add);
    for (int level = 0; level < LEVELS && at.isPresent(); level++) {
      for (String name : List.of("include", "scripts/dtc/include-prefixes")) {
        Path include = at.get().resolve(name);
        if (Files.isDirectory(include)) {
          includes.add(include);
        }
      }
      at = Optional.ofNullable(at.get().getParent());
    }
    return includes;
  }

  private Optional<Path> program(String name) {
    return searchPath.stream()
        .map(folder -> folder.resolve(name))
        .filter(file -> Files.isRegularFile(file) && Files.isExecutable(file))
        .findFirst();
  }

  private static void delete(Path work) throws IOException {
    try (Stream<Path> files = Files.list(work)) {
      for (Path file : files.toList()) {
        Files.deleteIfExists(file);
      }
    }
    Files.deleteIfExists(work);
  }
}
