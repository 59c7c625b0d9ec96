package org.bufferyard.itest.floors;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.lang.classfile.ClassFile;
import java.lang.classfile.constantpool.PoolEntry;
import java.lang.classfile.constantpool.Utf8Entry;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.jar.Attributes;
import java.util.jar.Manifest;
import java.util.stream.Stream;
import javax.xml.parsers.DocumentBuilderFactory;
import org.osgi.framework.Constants;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;

/**
 * What the build made of one bundle.
 *
 * @param exports package to version, null where the export has none
 * @param classes file name without folders to the texts of its constant pool
 */
record BuiltBundle(
    String name,
    Set<String> imports,
    Map<String, String> exports,
    List<Component> components,
    Map<String, Set<String>> classes) {

  /**
   * @param implementation name of its class
   * @param properties service properties, each of one text or more
   */
  record Component(
      String name,
      Set<String> provides,
      List<Reference> references,
      String implementation,
      Map<String, List<String>> properties) {

    /** What a property says; nothing when it is not there. */
    List<String> texts(String property) {
      return properties.getOrDefault(property, List.of());
    }
  }

  /**
   * @param optional whether the component does without it
   */
  record Reference(String service, boolean dynamic, boolean optional) {}

  /** Reads a bundle's {@code target/classes}. */
  static BuiltBundle read(Path folder) {
    try (InputStream file = Files.newInputStream(folder.resolve("META-INF/MANIFEST.MF"))) {
      Attributes headers = new Manifest(file).getMainAttributes();
      String name = clauses(headers.getValue(Constants.BUNDLE_SYMBOLICNAME)).keySet().iterator().next();
      List<Component> components = new ArrayList<>();
      for (String xml : clauses(headers.getValue("Service-Component")).keySet()) {
        components.add(component(folder.resolve(xml)));
      }
      return new BuiltBundle(
          name,
          clauses(headers.getValue(Constants.IMPORT_PACKAGE)).keySet(),
          clauses(headers.getValue(Constants.EXPORT_PACKAGE)),
          components,
          classes(folder));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Header clauses to their version attribute. Commas and semicolons in quotes separate nothing. */
  static Map<String, String> clauses(String header) {
    Map<String, String> clauses = new TreeMap<>();
    if (header == null) {
      return clauses;
    }
    for (String clause : header.split(",(?=(?:[^\"]*\"[^\"]*\")*[^\"]*$)", -1)) {
      String[] parts = clause.split(";(?=(?:[^\"]*\"[^\"]*\")*[^\"]*$)", -1);
      String version = null;
      for (String part : parts) {
        if (part.strip().startsWith("version=")) {
          version = part.strip().substring("version=".length()).replace("\"", "");
        }
      }
      clauses.put(parts[0].strip(), version);
    }
    return clauses;
  }

  private static Component component(Path xml) {
    try (InputStream file = Files.newInputStream(xml)) {
      Document document = DocumentBuilderFactory.newInstance().newDocumentBuilder().parse(file);
      Set<String> provides = new HashSet<>();
      elements(document, "provide").forEach(e -> provides.add(e.getAttribute("interface")));
      List<Reference> references =
          elements(document, "reference").stream()
              .map(
                  e ->
                      new Reference(
                          e.getAttribute("interface"),
                          "dynamic".equals(e.getAttribute("policy")),
                          e.getAttribute("cardinality").startsWith("0")))
              .toList();
      return new Component(
          document.getDocumentElement().getAttribute("name"),
          provides,
          references,
          elements(document, "implementation").getFirst().getAttribute("class"),
          properties(document));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (org.xml.sax.SAXException
        | javax.xml.parsers.ParserConfigurationException e) {
      throw new IllegalStateException(xml.toString(), e);
    }
  }

  /** One text stands in an attribute, several stand as lines. */
  private static Map<String, List<String>> properties(Document document) {
    Map<String, List<String>> properties = new TreeMap<>();
    for (Element property : elements(document, "property")) {
      String texts =
          property.hasAttribute("value")
              ? property.getAttribute("value")
              : property.getTextContent().strip();
      properties.put(property.getAttribute("name"), texts.lines().map(String::strip).toList());
    }
    return properties;
  }

  private static List<Element> elements(Document document, String tag) {
    NodeList nodes = document.getElementsByTagName(tag);
    List<Element> elements = new ArrayList<>();
    for (int i = 0; i < nodes.getLength(); i++) {
      elements.add((Element) nodes.item(i));
    }
    return elements;
  }

  private static Map<String, Set<String>> classes(Path folder) throws IOException {
    Map<String, Set<String>> classes = new TreeMap<>();
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.filter(f -> f.toString().endsWith(".class")).toList()) {
        Set<String> texts = new HashSet<>();
        for (PoolEntry entry : ClassFile.of().parse(file).constantPool()) {
          if (entry instanceof Utf8Entry text) {
            texts.add(text.stringValue());
          }
        }
        classes.put(folder.relativize(file).toString(), texts);
      }
    }
    return classes;
  }
}
