package org.bufferyard.platform.wiring;

import java.io.IOException;
import java.io.InputStream;
import java.net.URL;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.parsers.ParserConfigurationException;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;
import org.xml.sax.SAXException;

/**
 * One Declarative Services component as its XML states it (OSGi Compendium, chapter 112).
 *
 * <p>Read: implementation, provided interfaces, properties, references, activation constructor. Not
 * read: configuration pids, factory components, field injection.
 *
 * @param constructorParameters number of parameters of the activation constructor
 */
record ComponentDescription(
    String name,
    String implementation,
    List<String> interfaces,
    Map<String, Object> properties,
    List<Reference> references,
    int constructorParameters,
    String deactivate,
    boolean requiresConfiguration) {
  private static final String CARDINALITY_ONE = "1..1";

  /**
   * A reference.
   *
   * @param parameter of the constructor, or -1 for one with a bind method
   */
  record Reference(
      String name, String service, String cardinality, String target, int parameter, String bind) {
    boolean isMandatory() {
      return cardinality.startsWith("1");
    }

    boolean isMultiple() {
      return cardinality.endsWith("n");
    }
  }

  int ranking() {
    return properties.get("service.ranking") instanceof Integer ranking ? ranking : 0;
  }

  static ComponentDescription read(URL url) {
    try (InputStream in = url.openStream()) {
      DocumentBuilderFactory factory = DocumentBuilderFactory.newInstance();
      factory.setFeature("http://apache.org/xml/features/disallow-doctype-decl", true);
      return of(factory.newDocumentBuilder().parse(in).getDocumentElement());
    } catch (IOException | SAXException | ParserConfigurationException e) {
      throw new IllegalStateException(url + ": not a component description", e);
    }
  }

  private static ComponentDescription of(Element component) {
    List<String> interfaces = new ArrayList<>();
    elements(component, "provide").forEach(e -> interfaces.add(e.getAttribute("interface")));
    Map<String, Object> properties = new LinkedHashMap<>();
    for (Element e : elements(component, "property")) {
      properties.put(e.getAttribute("name"), value(e));
    }
    List<Reference> references = new ArrayList<>();
    for (Element e : elements(component, "reference")) {
      references.add(reference(e));
    }
    return new ComponentDescription(
        component.getAttribute("name"),
        elements(component, "implementation").getFirst().getAttribute("class"),
        List.copyOf(interfaces),
        Map.copyOf(properties),
        List.copyOf(references),
        number(component, "init", 0),
        component.getAttribute("deactivate"),
        component.getAttribute("configuration-policy").equals("require"));
  }

  private static Reference reference(Element e) {
    String cardinality = e.getAttribute("cardinality");
    return new Reference(
        e.getAttribute("name"),
        e.getAttribute("interface"),
        cardinality.isEmpty() ? CARDINALITY_ONE : cardinality,
        e.getAttribute("target"),
        number(e, "parameter", -1),
        e.getAttribute("bind"));
  }

  private static int number(Element e, String attribute, int absent) {
    String text = e.getAttribute(attribute);
    return text.isEmpty() ? absent : Integer.parseInt(text);
  }

  private static List<Element> elements(Element parent, String tag) {
    NodeList nodes = parent.getElementsByTagName(tag);
    List<Element> found = new ArrayList<>();
    for (int i = 0; i < nodes.getLength(); i++) {
      found.add((Element) nodes.item(i));
    }
    return found;
  }

  /** A single value stands in an attribute, an array in the text, one element a line. */
  private static Object value(Element property) {
    String type = property.getAttribute("type");
    if (property.hasAttribute("value")) {
      return single(type, property.getAttribute("value"));
    }
    List<Object> values =
        property
            .getTextContent()
            .lines()
            .map(String::strip)
            .filter(line -> !line.isEmpty())
            .map(line -> single(type, line))
            .toList();
    return values.stream().allMatch(String.class::isInstance)
        ? Arrays.copyOf(values.toArray(), values.size(), String[].class)
        : values.toArray();
  }

  private static Object single(String type, String text) {
    return switch (type) {
      case "Integer" -> Integer.valueOf(text);
      case "Long" -> Long.valueOf(text);
      case "Boolean" -> Boolean.valueOf(text);
      case "Double" -> Double.valueOf(text);
      default -> text;
    };
  }
}
