package org.bufferyard.itest.floors;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.classfile.Annotation;
import java.lang.classfile.Attributes;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassModel;
import java.lang.classfile.MethodModel;
import java.lang.classfile.instruction.NewObjectInstruction;
import java.lang.reflect.AccessFlag;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A compiled class of some bundle's tests, as far as contract suites go.
 *
 * @param annotations names of the annotation types on the class
 * @param proves type that its {@code kind()} returns, of a suite that leaves it to others to say which
 * @param makes classes of which it makes an object
 */
record TestClass(
    String name,
    String parent,
    boolean isAbstract,
    Set<String> annotations,
    Optional<String> proves,
    Set<String> makes) {

  /** Reads a bundle's {@code target/test-classes}; a bundle without tests has none. */
  static List<TestClass> read(Path folder) {
    if (!Files.exists(folder)) {
      return List.of();
    }
    try (Stream<Path> files = Files.walk(folder)) {
      return files.filter(f -> f.toString().endsWith(".class")).map(TestClass::parse).toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static TestClass parse(Path file) {
    try {
      ClassModel model = ClassFile.of().parse(file);
      return new TestClass(
          dotted(model.thisClass().asInternalName()),
          model.superclass().map(c -> dotted(c.asInternalName())).orElse(""),
          model.flags().has(AccessFlag.ABSTRACT),
          annotations(model),
          model.methods().stream()
              .filter(m -> m.flags().has(AccessFlag.ABSTRACT))
              .filter(m -> m.methodName().equalsString("kind"))
              .map(m -> m.methodTypeSymbol().returnType())
              .map(type -> type.packageName() + "." + type.displayName())
              .findFirst(),
          model.methods().stream().flatMap(TestClass::makes).collect(Collectors.toSet()));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Set<String> annotations(ClassModel model) {
    return model
        .findAttribute(Attributes.runtimeVisibleAnnotations())
        .map(all -> all.annotations().stream())
        .orElse(Stream.empty())
        .map(Annotation::classSymbol)
        .map(type -> type.packageName() + "." + type.displayName())
        .collect(Collectors.toSet());
  }

  private static Stream<String> makes(MethodModel method) {
    return method.code().stream()
        .flatMap(code -> code.elementStream())
        .filter(NewObjectInstruction.class::isInstance)
        .map(made -> dotted(((NewObjectInstruction) made).className().asInternalName()));
  }

  private static String dotted(String internalName) {
    return internalName.replace('/', '.');
  }

  /** Whether the build runs it: Surefire takes files {@code …Test}, JUnit what is nested in them. */
  boolean isRun() {
    String[] names = name.substring(name.lastIndexOf('.') + 1).split("\\$");
    return !isAbstract
        && names[0].endsWith("Test")
        && (names.length == 1 || annotations.contains("org.junit.jupiter.api.Nested"))
        && !annotations.contains("org.junit.jupiter.api.Disabled");
  }
}
