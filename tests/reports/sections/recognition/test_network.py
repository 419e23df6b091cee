from lowsr_tradeoff.reports.sections.recognition import network


def test_operations_a_second_are_those_of_a_window_over_its_length(tradeoff):
    table = network.table(tradeoff)
    (row,) = (row for row in table.rows if row[:2] == ("16 kHz", "shared"))
    assert row[2:7] == ("3.45", "6.90", "2 s", "100090", "97.7 KiB")
    assert table.caption == "The network: small_vgg, from random weights, all of it trained"


def test_an_adapted_network_is_said_to_be_so(tradeoff):
    chosen = {**tradeoff.settings["classify"], "network": "cnn14", "adapt": "dora", "checkpoint": "/home/x/w.pth"}
    changed = tradeoff.model_copy(update={"settings": {"classify": chosen}})
    assert network.table(changed).caption == ("The network: cnn14, from the weights in w.pth, adapted by dora")


def test_a_file_is_named_without_its_folder_and_said_to_be_heard_as_it_is(tradeoff):
    chosen = {**tradeoff.settings["classify"], "network": "/home/me/net.onnx"}
    changed = tradeoff.model_copy(update={"settings": {"classify": chosen}})
    assert network.table(changed).caption == "The network: net.onnx, as it is, nothing trained"


def test_published_weights_are_named_with_publisher_and_licence(tradeoff):
    chosen = {
        **tradeoff.settings["classify"],
        "network": "yamnet",
        "adapt": "probe",
        "checkpoint": "w/yamnet.tflite",
    }
    changed = tradeoff.model_copy(update={"settings": {"classify": chosen}})
    caption = network.table(changed).caption
    assert caption.startswith("The network: yamnet, from yamnet.tflite (Plakal & Ellis, TensorFlow Hub")
    assert caption.endswith("licence Apache 2.0), its head trained alone")


def test_operations_of_one_classification_are_those_of_the_trained_network(tradeoff):
    (row,) = (row for row in network.one_classification(tradeoff).rows if row[:2] == ("16 kHz", "shared"))
    assert "6.90 million" in row
    assert "97.7 KiB" in row
